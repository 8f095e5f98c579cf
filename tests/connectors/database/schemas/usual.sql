-- The usual school-book app: replies in their own table, a date without time, nothing that says what changed.
CREATE TABLE masyarakat (
    nik CHAR(16) PRIMARY KEY,
    nama VARCHAR(35) NOT NULL,
    username VARCHAR(25) NOT NULL,
    password VARCHAR(32) NOT NULL,
    telp VARCHAR(13) NOT NULL
)<engine>;
CREATE TABLE petugas (
    id_petugas <key>,
    nama_petugas VARCHAR(35) NOT NULL,
    username VARCHAR(25) NOT NULL,
    password VARCHAR(32) NOT NULL,
    telp VARCHAR(13) NOT NULL,
    level VARCHAR(10) NOT NULL
)<engine>;
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
INSERT INTO petugas (nama_petugas, username, password, telp, level) VALUES ('Petugas', 'petugas', 'rahasia-petugas', '0811', 'petugas');
INSERT INTO masyarakat VALUES ('3502000000000000', 'Simpul', 'simpul', 'rahasia-warga', '08110000000');
