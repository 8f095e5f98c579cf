#!/bin/sh
# Makes what docker/compose.yaml needs and nobody else may know: run it once, before the first start. Nothing is overwritten.
set -eu
cd "$(dirname "$0")"
[ ! -e secrets ] || { echo 'secrets/ is there already; nothing was changed.' >&2; exit 1; }

random() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

umask 077
mkdir secrets
postgresql=$(random)
rabbitmq=$(random)
printf '%s' "$postgresql" >secrets/postgresql_password
cat >secrets/rabbitmq.conf <<END
default_user = simpul
default_pass = $rabbitmq
default_vhost = simpul
END
cat >secrets/simpul.yaml <<END
database: "postgresql://simpul:$postgresql@postgresql:5432/simpul"
broker: "amqp://simpul:$rabbitmq@rabbitmq:5672/simpul"
END
# Each container reads its own as a user of its own; on this machine nobody but you can come to the folder.
chmod 0444 secrets/*
[ -d backups ] || mkdir -m 0700 backups
# The hub in its container is user 10001, and writes backups there.
chown 10001 backups 2>/dev/null || echo 'Run as root: chown 10001 docker/backups' >&2
echo 'secrets/ is made. Keep a copy of it apart from the backups.'
