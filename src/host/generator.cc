// SPDX-License-Identifier: LGPL-2.1-or-later
// Source: systemd.generator(7), which says where generators are. Of several programs with one name,
// systemd runs the one in the first directory. An empty file or a link to /dev/null there masks the
// others.
#include <algorithm>
#include <sys/stat.h>

#include "dropin/stamp.h"
#include "host/examine.h"

namespace ringfence::host {

namespace {

constexpr char generator_name[] = "ringfence-generator";

std::vector<std::string> generator_directories(unit::Scope scope) {
    const std::string folder =
        scope == unit::Scope::system ? "system-generators" : "user-generators";
    return {"/run/systemd/" + folder, "/etc/systemd/" + folder, "/usr/local/lib/systemd/" + folder,
            "/usr/lib/systemd/" + folder, "/lib/systemd/" + folder};
}

Finding judge(const std::string& path, const struct stat& status) {
    const bool masked = (S_ISREG(status.st_mode) && status.st_size == 0) || S_ISCHR(status.st_mode);
    if (masked)
        return {Level::problem,
                path +
                    " masks the generator: units that ask for a fence start without one, except "
                    "those with the assertion of `ringfence enable`",
                "remove " + path + ", then systemctl daemon-reload"};
    if ((status.st_mode & 0111) == 0)
        return {Level::problem, path + " may not be executed, so systemd does not run it",
                "chmod 0755 " + path};
    return {Level::ok, path + " is installed", ""};
}

Finding installed(const Machine& machine) {
    const auto directories = generator_directories(machine.scope);
    for (const std::string& directory : directories) {
        const std::string path = directory + "/" + generator_name;
        if (const auto status = machine.root.status(path)) return judge(path, *status);
    }
    return {Level::problem,
            std::string(generator_name) + " is in none of systemd's directories for generators",
            "reinstall ringfence; until then, units that ask for a fence start without one"};
}

}  // namespace

Findings examine_generator(const Machine& machine) {
    Findings findings = {installed(machine)};
    if (findings.front().level != Level::ok || machine.plan.files.empty()) return findings;
    // The generator writes its stamp last.
    if (!machine.root.status(machine.generator_output + "/" + dropin::stamp_name))
        findings.push_back(
            {Level::problem,
             "the generator did not finish: " + machine.generator_output + "/" +
                 dropin::stamp_name + " is missing",
             "systemctl daemon-reload, then look for ringfence-generator in journalctl -k -b"});
    return findings;
}

}  // namespace ringfence::host
