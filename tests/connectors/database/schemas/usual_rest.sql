-- The usual app without its people, for a table of people of another shape.
CREATE TABLE pengaduan (
    id_pengaduan <key>,
    tgl_pengaduan DATE NOT NULL,
    nik CHAR(16) NOT NULL,
    isi_laporan TEXT NOT NULL,
    foto VARCHAR(255) NOT NULL DEFAULT '',
    status <status> NOT NULL
)<engine>;
CREATE TABLE tanggapan (
    id_tanggapan <key>,
    id_pengaduan INT NOT NULL,
    tgl_tanggapan DATE NOT NULL,
    tanggapan TEXT NOT NULL,
    id_petugas INT NOT NULL
)<engine>;
