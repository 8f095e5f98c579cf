-- The usual four tables, as SQLite writes them. The status is an enum('0','proses','selesai') on paper only:
-- like many such apps, the database holds nothing to it, nor to its foreign keys.
CREATE TABLE masyarakat (
    nik char(16) NOT NULL PRIMARY KEY,
    nama varchar(35) NOT NULL,
    username varchar(25) NOT NULL,
    password varchar(32) NOT NULL,
    telp varchar(13) NOT NULL
);
CREATE TABLE petugas (
    id_petugas integer PRIMARY KEY AUTOINCREMENT,
    nama_petugas varchar(35) NOT NULL,
    username varchar(25) NOT NULL,
    password varchar(32) NOT NULL,
    telp varchar(13) NOT NULL,
    level varchar(8) NOT NULL
);
CREATE TABLE pengaduan (
    id_pengaduan integer PRIMARY KEY AUTOINCREMENT,
    tgl_pengaduan date NOT NULL,
    nik char(16) NOT NULL,
    isi_laporan text NOT NULL,
    foto varchar(255) NOT NULL,
    status varchar(8) NOT NULL
);
CREATE TABLE tanggapan (
    id_tanggapan integer PRIMARY KEY AUTOINCREMENT,
    id_pengaduan integer NOT NULL,
    tgl_tanggapan date NOT NULL,
    tanggapan text NOT NULL,
    id_petugas integer NOT NULL
);
