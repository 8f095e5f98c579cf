-- Tables in the manner of Laravel. Times are naive WIB. nomor_lapor is typed by staff when the same complaint is
-- also in SP4N-LAPOR!; referensi_luar is free for whoever filed the report from another system. Who
-- signs in with an outside account has no password.
CREATE TABLE users (
    id integer PRIMARY KEY AUTOINCREMENT,
    name varchar(255) NOT NULL,
    email varchar(255),
    phone varchar(20),
    nik bigint,
    password varchar(255),
    created_at timestamp,
    updated_at timestamp
);
CREATE TABLE reports (
    id integer PRIMARY KEY AUTOINCREMENT,
    user_id bigint,
    judul varchar(150) NOT NULL,
    isi text NOT NULL,
    kategori varchar(100),
    kode_wilayah varchar(13),
    alamat varchar(255),
    status varchar(20) NOT NULL DEFAULT 'menunggu',
    flag_anonim tinyint(1) NOT NULL DEFAULT 0,
    flag_rahasia tinyint(1) NOT NULL DEFAULT 0,
    nomor_lapor varchar(20),
    referensi_luar varchar(200),
    created_at timestamp,
    updated_at timestamp
);
CREATE TABLE comments (
    id integer PRIMARY KEY AUTOINCREMENT,
    report_id bigint NOT NULL,
    author varchar(255) NOT NULL,
    body text NOT NULL,
    is_internal tinyint(1) NOT NULL DEFAULT 0,
    created_at timestamp
);
CREATE INDEX reports_updated_at_index ON reports (updated_at);
CREATE INDEX comments_report_id_index ON comments (report_id);
