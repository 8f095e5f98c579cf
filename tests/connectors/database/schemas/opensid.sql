-- A village's app: a reply is a row of the same table that names its parent, and the status is a number.
CREATE TABLE pengaduan (
    id <key>,
    id_pengaduan INT,
    nik VARCHAR(16),
    nama VARCHAR(100) NOT NULL,
    email VARCHAR(100),
    telepon VARCHAR(20),
    judul VARCHAR(100),
    isi TEXT NOT NULL,
    status INT NOT NULL DEFAULT 1,
    foto VARCHAR(100),
    ip_address VARCHAR(100) NOT NULL,
    created_at <datetime>,
    updated_at <datetime>
)<engine>;
