#!/bin/sh
# `simpul` as the systemd units run it, for whoever types commands: as the user simpul, in their home, with their settings.
#   install -m 0755 docker/simpul.sh /usr/local/bin/simpul
set -eu
umask 077
export SIMPUL_HOME=/var/lib/simpul SIMPUL_CONFIG=/etc/simpul/simpul.yaml
# What is done in a person's name stays in theirs.
[ "$(id -u)" != 0 ] || exec runuser -u simpul -- env LOGNAME="${SUDO_USER:-root}" /opt/simpul/bin/simpul "$@"
exec /opt/simpul/bin/simpul "$@"
