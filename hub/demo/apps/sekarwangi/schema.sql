-- Numbers and codes are texts, zeros in front included. Moments are texts as the interface gives them, with the city's zone.
-- caller: whose key it came with; external_id: what that system calls it. An update has a status, a text, or both.
CREATE TABLE callers (
    api_key text NOT NULL PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE requests (
    service_request_id text NOT NULL PRIMARY KEY,
    service_code text NOT NULL,
    status text NOT NULL DEFAULT 'open',
    status_notes text,
    description text NOT NULL,
    address text,
    lat real,
    long real,
    attributes text NOT NULL DEFAULT '{}',
    requested_datetime text NOT NULL,
    updated_datetime text,
    first_name text,
    last_name text,
    email text,
    phone text,
    external_id text,
    token text NOT NULL UNIQUE,
    caller text
);
CREATE TABLE updates (
    update_id integer PRIMARY KEY AUTOINCREMENT,
    service_request_id text NOT NULL,
    status text,
    description text NOT NULL DEFAULT '',
    updated_datetime text NOT NULL,
    author text NOT NULL,
    caller text,
    caller_update_id text,
    UNIQUE (caller, caller_update_id)
);
CREATE INDEX requests_updated ON requests (updated_datetime);
CREATE INDEX updates_of_request ON updates (service_request_id);
