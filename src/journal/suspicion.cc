// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/suspicion.h"

#include <algorithm>
#include <fnmatch.h>

#include "landlock/groups.h"
#include "landlock/rights.h"

namespace ringfence::journal {

namespace {

using landlock::Access;
using landlock::access_of;

constexpr Access executes = access_of("fs.execute");
constexpr Access devices = access_of("fs.make_char") | access_of("fs.make_block");
constexpr Access any = landlock::known_at(landlock::newest_abi);
// All that changes files: what no reading group grants.
constexpr Access changes = any - landlock::read_access - access_of("fs.execute") -
                           access_of("fs.ioctl_dev") - access_of("fs.resolve_unix");

// A rule on one of these would cover the files of all services. Creations and removals are recorded
// with the directory: one below it, of the service's own, is what is wanted.
constexpr const char* shared_directories[] = {
    "/",    "/var",  "/var/lib", "/var/log", "/var/cache", "/var/spool", "/srv",
    "/opt", "/home", "/run",     "/mnt",     "/media",     "/proc",      "/dev",
};
constexpr char changes_shared[] =
    "is shared by all services: give this one a directory of its own (StateDirectory=, "
    "LogsDirectory=, RuntimeDirectory=) and name that";

struct Pattern {
    const char* glob;  ///< fnmatch(3) with "*" also matching "/"; "/x" also stands for all below it
    Access access;     ///< one of these was denied
    const char* reason;
};

constexpr char reads_credentials[] = "holds credentials";
constexpr char changes_system[] =
    "belongs to the system: a service that changes it owns the machine";
constexpr char executes_writable[] =
    "executes from a directory that services or users write to, as injected programs do";

constexpr char runs_commands[] =
    "runs whatever it is told: the first thing that injected commands start";

// The first row that matches gives the reason.
constexpr Pattern patterns[] = {
    {"*", devices, "creates a device node"},
    {"/etc/shadow*", any, reads_credentials},
    {"/etc/gshadow*", any, reads_credentials},
    {"/etc/sudoers*", any, reads_credentials},
    {"/etc/security/opasswd", any, reads_credentials},
    {"/etc/krb5.keytab", any, reads_credentials},
    {"/etc/ssh/ssh_host_*_key", any, reads_credentials},
    {"/etc/NetworkManager/system-connections", any, reads_credentials},
    {"/etc/wireguard", any, reads_credentials},
    {"/run/credentials", any, reads_credentials},
    {"*/private/*", any, "holds private keys"},
    {"*/privkey*.pem", any, "holds a private key"},
    {"*.key", any, "holds a private key"},
    {"*/id_rsa", any, "holds a private key"},
    {"*/id_ecdsa", any, "holds a private key"},
    {"*/id_ed25519", any, "holds a private key"},
    {"*/.ssh", any, reads_credentials},
    {"*/.gnupg", any, reads_credentials},
    {"*/.aws", any, reads_credentials},
    {"*/.kube", any, reads_credentials},
    {"*/.netrc", any, reads_credentials},
    {"*/.bash_history", any, reads_credentials},
    {"/root", any, "is the superuser's home"},
    {"/dev/mem", any, "is the machine's memory"},
    {"/dev/kmem", any, "is the machine's memory"},
    {"/dev/port", any, "is the machine's memory"},
    {"/proc/kcore", any, "is the machine's memory"},
    {"/proc/*/mem", any, "is another process's memory"},
    {"/proc/*/environ", any, "holds the environment, often with credentials"},
    {"/etc", changes, changes_system},
    {"/usr", changes, changes_system},
    {"/boot", changes, changes_system},
    {"/efi", changes, changes_system},
    {"/bin", changes, changes_system},
    {"/sbin", changes, changes_system},
    {"/lib*", changes, changes_system},
    {"/proc/sys*", changes, changes_system},
    {"/sys", changes, changes_system},
    {"*/bin/sh", executes, runs_commands},
    {"*/bin/bash", executes, runs_commands},
    {"*/bin/dash", executes, runs_commands},
    {"*/bin/*ksh*", executes, runs_commands},
    {"*/bin/zsh*", executes, runs_commands},
    {"*/bin/busybox", executes, runs_commands},
    {"*/bin/perl*", executes, runs_commands},
    {"*/bin/python*", executes, runs_commands},
    {"*/bin/curl", executes, "fetches programs: the second thing that injected commands start"},
    {"*/bin/wget", executes, "fetches programs: the second thing that injected commands start"},
    {"*/bin/nc*", executes, runs_commands},
    {"*/bin/socat*", executes, runs_commands},
    {"/tmp", executes, executes_writable},
    {"/var/tmp", executes, executes_writable},
    {"/var/cache", executes, executes_writable},
    {"/var/lib", executes, executes_writable},
    {"/var/log", executes, executes_writable},
    {"/var/spool", executes, executes_writable},
    {"/run", executes, executes_writable},
    {"/dev", executes, executes_writable},
    {"/home", executes, executes_writable},
    {"/proc", executes, executes_writable},
};

bool matches(const char* glob, const std::string& path) {
    return ::fnmatch(glob, path.c_str(), 0) == 0 ||
           ::fnmatch((std::string(glob) + "/*").c_str(), path.c_str(), 0) == 0;
}

}  // namespace

std::string suspicion(std::string_view path, const Access& denied) {
    const std::string text(path);
    const auto* found = std::find_if(
        std::begin(patterns), std::end(patterns),
        [&](const auto& row) { return !(row.access & denied).empty() && matches(row.glob, text); });
    if (found != std::end(patterns)) return found->reason;
    const bool shared = std::any_of(std::begin(shared_directories), std::end(shared_directories),
                                    [&](const char* directory) { return text == directory; });
    return shared && !(changes & denied).empty() ? changes_shared : "";
}

}  // namespace ringfence::journal
