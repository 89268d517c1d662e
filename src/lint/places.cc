// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lint/places.h"

#include <algorithm>
#include <fnmatch.h>

#include "policy/coverage.h"

namespace ringfence::lint {

namespace {

// Sources: hier(7), file-hierarchy(7), and the manuals of what owns each place.
constexpr Place table[] = {
    {"/", Kind::shared, "is everything"},
    {"/etc", Kind::shared, "holds the configuration of the whole machine"},
    {"/var", Kind::shared, "holds the data of all services"},
    {"/var/lib", Kind::shared, "holds the data of all services"},
    {"/var/cache", Kind::shared, "holds the caches of all services"},
    {"/var/log", Kind::shared, "holds the logs of all services"},
    {"/var/spool", Kind::shared, "holds the queues of all services"},
    {"/srv", Kind::shared, "holds the data of all services"},
    {"/opt", Kind::shared, "holds add-on packages"},
    {"/mnt", Kind::shared, "holds other file systems"},
    {"/media", Kind::shared, "holds other file systems"},
    {"%S", Kind::shared, "holds the data of all services"},
    {"%C", Kind::shared, "holds the caches of all services"},
    {"%L", Kind::shared, "holds the logs of all services"},
    {"%E", Kind::shared, "holds the configuration of the whole machine"},

    {"/usr", Kind::system, "belongs to the distribution"},
    {"/bin", Kind::system, "belongs to the distribution"},
    {"/sbin", Kind::system, "belongs to the distribution"},
    {"/lib", Kind::system, "belongs to the distribution"},
    {"/lib32", Kind::system, "belongs to the distribution"},
    {"/lib64", Kind::system, "belongs to the distribution"},
    {"/libx32", Kind::system, "belongs to the distribution"},
    {"/boot", Kind::system, "holds what the machine boots"},
    {"/efi", Kind::system, "holds what the machine boots"},
    {"/sys", Kind::system, "is the kernel's"},
    {"/proc/sys", Kind::system, "is the kernel's"},

    {"/etc/systemd", Kind::control, "holds units, and with them the fence itself"},
    {"/run/systemd", Kind::control, "holds units, and with them the fence itself"},
    {"%t/systemd", Kind::control, "holds units, and with them the fence itself"},
    {"/usr/lib/systemd", Kind::control, "holds units, and with them the fence itself"},
    {"/usr/local/lib/systemd", Kind::control, "holds units, and with them the fence itself"},
    {"/etc/ringfence", Kind::control, "holds policies, and with them the fence itself"},
    {"/run/ringfence", Kind::control, "holds policies, and with them the fence itself"},
    {"/usr/lib/ringfence", Kind::control, "holds policies, and with them the fence itself"},
    {"/etc/cron.d", Kind::control, "holds commands that cron runs"},
    {"/etc/cron.hourly", Kind::control, "holds commands that cron runs"},
    {"/etc/cron.daily", Kind::control, "holds commands that cron runs"},
    {"/etc/cron.weekly", Kind::control, "holds commands that cron runs"},
    {"/etc/cron.monthly", Kind::control, "holds commands that cron runs"},
    {"/etc/crontab", Kind::control, "holds commands that cron runs"},
    {"/var/spool/cron", Kind::control, "holds commands that cron runs"},
    {"/etc/init.d", Kind::control, "holds commands that the machine starts"},
    {"/etc/profile.d", Kind::control, "holds commands that every login runs"},
    {"/etc/pam.d", Kind::control, "decides who may log in"},
    {"/etc/passwd", Kind::control, "decides who may log in"},
    {"/etc/shadow", Kind::control, "decides who may log in"},
    {"/etc/group", Kind::control, "decides who belongs to which group"},
    {"/etc/sudoers", Kind::control, "decides who may become root"},
    {"/etc/sudoers.d", Kind::control, "decides who may become root"},
    {"/etc/polkit-1", Kind::control, "decides who may do what"},
    {"/etc/dbus-1", Kind::control, "decides who may do what"},
    {"/etc/ssh", Kind::control, "decides who may log in"},
    {"/etc/udev", Kind::control, "holds commands that udev runs"},
    {"/etc/modprobe.d", Kind::control, "holds commands that modprobe runs"},
    {"/etc/ld.so.preload", Kind::control, "names code that every program loads"},
    {"/etc/ld.so.conf", Kind::control, "decides which code programs load"},
    {"/etc/ld.so.conf.d", Kind::control, "decides which code programs load"},
    {"/etc/ld.so.cache", Kind::control, "decides which code programs load"},
    {"/etc/logrotate.d", Kind::control, "holds commands that logrotate runs"},
    {"/etc/apt", Kind::control, "decides which software is installed"},

    {"/home", Kind::home, "holds people's files"},
    {"/root", Kind::home, "is the superuser's home"},
    {"%h", Kind::home, "is a home directory"},

    {"/dev", Kind::kernel, "holds all devices"},
    {"/proc", Kind::kernel, "tells about all processes"},
    {"/run", Kind::kernel, "holds the sockets and run-time files of all services"},
    {"/sys", Kind::kernel, "is the kernel's view of the hardware"},
    {"%t", Kind::kernel, "holds the sockets and run-time files of all services"},

    {"/", Kind::programs, "is everything"},
    {"/usr", Kind::programs, "holds all programs"},
    {"/usr/bin", Kind::programs, "holds all programs"},
    {"/usr/sbin", Kind::programs, "holds all programs"},
    {"/usr/local", Kind::programs, "holds all locally installed programs"},
    {"/usr/local/bin", Kind::programs, "holds all locally installed programs"},
    {"/usr/local/sbin", Kind::programs, "holds all locally installed programs"},
    {"/bin", Kind::programs, "holds all programs"},
    {"/sbin", Kind::programs, "holds all programs"},

    {"/etc/shadow", Kind::credentials, "holds password hashes"},
    {"/etc/shadow-", Kind::credentials, "holds password hashes"},
    {"/etc/gshadow", Kind::credentials, "holds password hashes"},
    {"/etc/gshadow-", Kind::credentials, "holds password hashes"},
    {"/etc/security/opasswd", Kind::credentials, "holds password hashes"},
    {"/etc/ssl/private", Kind::credentials, "holds private keys"},
    {"/etc/pki/tls/private", Kind::credentials, "holds private keys"},
    {"/etc/letsencrypt/live", Kind::credentials, "holds private keys"},
    {"/etc/letsencrypt/archive", Kind::credentials, "holds private keys"},
    {"/etc/letsencrypt/accounts", Kind::credentials, "holds private keys"},
    {"/etc/ssh", Kind::credentials, "holds the machine's private keys"},
    {"/etc/krb5.keytab", Kind::credentials, "holds the machine's private keys"},
    {"/etc/wireguard", Kind::credentials, "holds private keys"},
    {"/etc/ipsec.secrets", Kind::credentials, "holds private keys"},
    {"/etc/ipsec.d/private", Kind::credentials, "holds private keys"},
    {"/etc/NetworkManager/system-connections", Kind::credentials, "holds network passwords"},
    {"/etc/netplan", Kind::credentials, "holds network passwords"},
    {"/etc/wpa_supplicant", Kind::credentials, "holds network passwords"},
    {"/etc/ppp", Kind::credentials, "holds network passwords"},
    {"/etc/credstore", Kind::credentials, "holds services' credentials"},
    {"/etc/credstore.encrypted", Kind::credentials, "holds services' credentials"},
    {"/run/credentials", Kind::credentials, "holds services' credentials"},
    {"/var/lib/systemd/credential.secret", Kind::credentials, "is the machine's credential key"},
    {"/root/.ssh", Kind::credentials, "holds private keys"},
    {"/root/.gnupg", Kind::credentials, "holds private keys"},
    {"/dev/mem", Kind::credentials, "is the machine's memory"},
    {"/dev/kmem", Kind::credentials, "is the machine's memory"},
    {"/proc/kcore", Kind::credentials, "is the machine's memory"},

    {"/etc/passwd", Kind::replaced, "is replaced by useradd(8) and its kin"},
    {"/etc/group", Kind::replaced, "is replaced by useradd(8) and its kin"},
    {"/etc/shadow", Kind::replaced, "is replaced by passwd(1)"},
    {"/etc/gshadow", Kind::replaced, "is replaced by gpasswd(1)"},
    {"/etc/subuid", Kind::replaced, "is replaced by useradd(8)"},
    {"/etc/subgid", Kind::replaced, "is replaced by useradd(8)"},
    {"/etc/resolv.conf", Kind::replaced, "is replaced when the network changes"},
    {"/etc/ld.so.cache", Kind::replaced, "is replaced by ldconfig(8)"},
};

constexpr const char* key_names[] = {
    "*/private/*", "*/privkey*.pem", "*.key",    "*_key",     "*/id_rsa",
    "*/id_ecdsa",  "*/id_ed25519",   "*/.ssh",   "*/.ssh/*",  "*/.gnupg",
    "*/.aws",      "*/.kube",        "*/.netrc", "*/.pgpass", "*/.my.cnf",
};

bool holds_beneath(Kind kind) {
    return kind == Kind::system || kind == Kind::control || kind == Kind::credentials;
}

// "/home/NAME" is as much a home as "/home".
bool is_home(std::string_view path) {
    constexpr std::string_view homes = "/home/";
    return path.starts_with(homes) && path.find('/', homes.size()) == std::string_view::npos;
}

}  // namespace

const Place* place_at(std::string_view path, Kind kind) {
    for (const Place& place : table) {
        if (place.kind != kind) continue;
        if (place.path == path || (holds_beneath(kind) && policy::covers(place.path, path)))
            return &place;
    }
    return kind == Kind::home && is_home(path) ? place_at("/home", kind) : nullptr;
}

std::vector<const Place*> places_beneath(std::string_view path, Kind kind) {
    std::vector<const Place*> found;
    for (const Place& place : table)
        if (place.kind == kind && place.path != path && policy::covers(path, place.path))
            found.push_back(&place);
    return found;
}

bool is_key_file(const std::string& path) {
    return std::any_of(std::begin(key_names), std::end(key_names),
                       [&](const char* name) { return ::fnmatch(name, path.c_str(), 0) == 0; });
}

}  // namespace ringfence::lint
