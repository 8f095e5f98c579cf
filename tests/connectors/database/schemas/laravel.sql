-- An app made with Laravel: id, created_at, updated_at, deleted_at, kept by the program and not by the database.
CREATE TABLE users (
    id <key>,
    name VARCHAR(100) NOT NULL,
    email VARCHAR(100),
    no_hp VARCHAR(20),
    password VARCHAR(60) NOT NULL,
    remember_token VARCHAR(100),
    created_at <datetime>,
    updated_at <datetime>
)<engine>;
CREATE TABLE pengaduans (
    id <key>,
    kode VARCHAR(30) NOT NULL,
    user_id INT,
    judul VARCHAR(60),
    isi_pengaduan TEXT NOT NULL,
    kategori VARCHAR(50),
    lokasi VARCHAR(120),
    latitude VARCHAR(20),
    longitude VARCHAR(20),
    tanggal_kejadian DATE,
    flag_rahasia <flag>,
    flag_anonim <flag>,
    status VARCHAR(20) NOT NULL,
    id_lapor VARCHAR(20),
    token_simpul VARCHAR(200),
    created_at <datetime>,
    updated_at <datetime>,
    deleted_at <datetime>
)<engine>;
CREATE TABLE tanggapans (
    id <key>,
    pengaduan_id INT NOT NULL,
    isi_tanggapan TEXT NOT NULL,
    nama_petugas VARCHAR(50),
    internal <flag>,
    created_at <datetime>,
    updated_at <datetime>
)<engine>;
