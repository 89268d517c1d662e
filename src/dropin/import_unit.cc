// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/import_unit.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/escape.h"
#include "base/path.h"
#include "dropin/bind_ports.h"
#include "dropin/inherit.h"
#include "dropin/internet.h"
#include "landlock/rights.h"
#include "policy/model/access_groups.h"
#include "policy/model/path_text.h"
#include "unit/words.h"

namespace ringfence::dropin {

namespace {

using landlock::Access;

// The abstractions are written for this ABI, and a policy cannot be for a newer one than those that
// it extends.
constexpr int draft_abi = 10;

constexpr Access access_read = landlock::access_of("fs.read_file");
constexpr Access access_write = landlock::access_of("fs.write_file");
constexpr Access access_ioctl = landlock::access_of("fs.ioctl_dev");

// The devices that PrivateDevices=yes leaves in /dev, without those of abstractions/base.toml.
constexpr const char* private_devices[] = {"/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts"};

// Directives that a fence does not replace.
constexpr std::string_view kept[] = {
    "AmbientCapabilities",
    "CapabilityBoundingSet",
    "DevicePolicy",
    "IPAddressAllow",
    "IPAddressDeny",
    "InaccessiblePaths",
    "LockPersonality",
    "MemoryDenyWriteExecute",
    "NoExecPaths",
    "NoNewPrivileges",
    "PrivateDevices",
    "PrivateNetwork",
    "PrivateTmp",
    "PrivateUsers",
    "ProcSubset",
    "ProtectClock",
    "ProtectControlGroups",
    "ProtectHome",
    "ProtectHostname",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "ProtectProc",
    "ProtectSystem",
    "ReadOnlyPaths",
    "RemoveIPC",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "RestrictRealtime",
    "RestrictSUIDSGID",
    "SystemCallArchitectures",
    "SystemCallFilter",
};

std::string position(const Location& where) {
    const std::string& file = where.file;
    return fmt::format("{}:{}", base_name(file), where.line);
}

class UnitImporter {
  public:
    UnitImporter(const unit::Unit& unit, const std::vector<std::string>& interpreters)
        : unit_(unit), interpreters_(interpreters) {}

    policy::Draft import() {
        describe_draft();
        add_inherited();
        add_temporary();
        add_devices();
        add_system();
        add_network();
        add_extends();
        note_hidden();
        note_kept();
        return std::move(draft_);
    }

  private:
    const unit::Assignment* last(const char* key) const { return unit::last_setting(unit_, key); }
    std::string word(const char* key) const {
        const unit::Assignment* line = last(key);
        return line == nullptr ? "" : line->text();
    }
    bool yes(const char* key) const { return unit::parse_boolean(word(key)).value_or(false); }

    static std::string from(const unit::Assignment* line) {
        return fmt::format("{}={} ({})", line->key, line->text(), position(line->where));
    }
    static std::string from_key(const unit::Assignment* line) {
        return fmt::format("{}= ({})", line->key, position(line->where));
    }

    void describe_draft() {
        draft_.head = {
            fmt::format("DRAFT made by `ringfence import` from {}: review it before you rely on",
                        unit_.name.full),
            "it. Each line names the directive that it was made of. Start the service with it, use",
            "the service, and let `ringfence denials --suggest` say what is missing.",
        };
        draft_.description = fmt::format("{}: draft made of its unit", unit_.name.full);
        draft_.units = {unit_.name.full};
        draft_.abi = draft_abi;
        draft_.inherit = false;
        draft_.inherit_comment = "all that would be taken over from the unit is below";
    }

    /// `path`: as a rule has it, with "$" doubled.
    void add(std::string path, const Access& access, std::string comment) {
        // systemd ignores a path that is not valid. It must not make the draft invalid.
        if (const auto parsed = policy::parse_path(path); !parsed || parsed->optional) {
            note(fmt::format("{}: {} {}", comment, policy::quote(path),
                             parsed ? "is not an absolute path" : parsed.error().message));
            return;
        }
        draft_.rules.paths.push_back({std::move(path), true, access, std::move(comment)});
    }

    void add_inherited() {
        policy::Rules rules;
        rules.layers.resize(1);
        rules.layers[0].abi = draft_abi;
        add_inherited_rules(unit_, {"ExecStart"}, interpreters_, rules);
        for (const policy::PathRule& rule : rules.layers[0].paths) {
            std::string comment;
            for (const policy::Origin& origin : rule.origins) {
                constexpr std::string_view owner = "the unit's ";
                std::string text = origin.reason;
                if (text.starts_with(owner)) text.erase(0, owner.size());
                if (is_of_a_program(origin)) text = "ExecStart=: its program, or what starts it";
                if (origin.where.line != 0) text += fmt::format(" ({})", position(origin.where));
                if (comment.find(text) == std::string::npos)
                    comment += (comment.empty() ? "" : ", ") + text;
            }
            add(rule.path, rule.access, comment);
        }
        if (programs(unit_, {"ExecStart"}).empty())
            note("ExecStart= names no program by its path: give it `execute`");
    }

    void add_temporary() {
        const unit::Assignment* line = last("PrivateTmp");
        const bool own = yes("PrivateTmp") || word("PrivateTmp") == "disconnected";
        if (!own && yes("DynamicUser")) line = last("DynamicUser");
        if (own || yes("DynamicUser"))
            for (const char* path : {"/tmp", "/var/tmp"})
                add(path, policy::path_group("write").access, from_key(line));
        else
            note("/tmp and /var/tmp: PrivateTmp=yes would make them safe to give");
        for (const unit::SettingWord& word : unit::setting_words(unit_, {"TemporaryFileSystem"})) {
            const std::string path = word.value.substr(0, word.value.find(':'));
            const bool read_only = word.value.find(":ro") != std::string::npos;
            add(escape_variables(path),
                read_only ? policy::path_group("read").access : policy::path_group("write").access,
                from_key(&word.line));
        }
    }

    void add_devices() {
        if (const unit::Assignment* line = last("PrivateDevices"); yes("PrivateDevices"))
            for (const char* path : private_devices)
                add(path, access_read | access_write, from_key(line));
        for (const unit::Assignment* line : unit::list_setting(unit_, {"DeviceAllow"}))
            add_device(line);
    }

    // "NODE [ACCESS]". The default of ACCESS is "rwm".
    void add_device(const unit::Assignment* line) {
        unit::WordReader words(line->text());
        const auto node = words.next();
        if (!node || !*node) return;
        if (!(*node)->value.starts_with("/dev/")) {
            note(fmt::format("{}: name the devices", from(line)));
            return;
        }
        const auto given = words.next();
        const std::string access = given && *given ? (*given)->value : "rwm";
        Access rights = access_ioctl;
        if (access.find('r') != std::string::npos) rights |= access_read;
        if (access.find('w') != std::string::npos) rights |= access_write;
        add(escape_variables((*node)->value), rights, from_key(line));
    }

    void add_system() {
        const unit::Assignment* line = last("ProtectSystem");
        const std::string value = word("ProtectSystem");
        const bool set = yes("ProtectSystem") || value == "full" || value == "strict";
        if (set) add("/usr", policy::path_group("read").access, from(line));
        if (set && value != "yes")
            note(
                fmt::format("{} leaves /etc{} to read; keys and passwords are there: name "
                            "the service's own files",
                            from(line), value == "strict" ? " and all else" : ""));
    }

    void add_network() {
        if (const unit::Assignment* line = line_without_internet(unit_)) {
            draft_.rules.notes.push_back(
                fmt::format("No ports: {} leaves out AF_INET and AF_INET6.", from_key(line)));
            return;
        }
        internet_ = true;
        const std::vector<policy::PortRange> no_ports;
        constexpr const char* unsaid = "the unit does not say which ports: name them";
        for (const landlock::PortGroup& group : landlock::port_groups) {
            const std::string_view key = group.key;
            const bool binds = key.starts_with("bind");
            const BindPorts ports =
                binds ? bind_ports(unit_, key.substr(key.find('_') + 1)) : BindPorts{};
            if (!ports.ports) draft_.rules.unrestricted.push_back({group.access, unsaid});
            for (const policy::PortRange& range : ports.ports.value_or(no_ports))
                draft_.rules.ports.push_back(
                    {range.first, range.last, group.access, "SocketBindAllow=, SocketBindDeny="});
        }
    }

    void add_extends() {
        draft_.extends = {{"base", "what every program needs"}, {"journal", "logs"}};
        const std::string type = word("Type");
        if (type == "notify" || type == "notify-reload")
            draft_.extends.push_back({"notify", from(last("Type"))});
        draft_.extends.push_back(internet_
                                     ? policy::DraftName{"name-service", "it may use the network"}
                                     : policy::DraftName{"users", "users by name"});
        if (type == "dbus" || last("BusName") != nullptr)
            draft_.extends.push_back({"dbus-client", "Type=dbus, BusName="});
    }

    // A rule on a directory is for everything beneath it, so rules cannot hide a path there.
    void note_hidden() {
        for (const unit::SettingWord& word :
             unit::setting_words(unit_, {"InaccessiblePaths", "InaccessibleDirectories"})) {
            std::string path = word.value;
            path.erase(0, std::min(path.find_first_not_of("-+"), path.size()));
            for (const policy::DraftPath& rule : draft_.rules.paths)
                if (is_beneath(path, rule.path))
                    note(fmt::format("{} keeps {} from what the rule on {} opens: no rule can",
                                     from_key(&word.line), path, rule.path));
        }
    }

    void note_kept() {
        std::string text;
        for (const std::string_view key : kept)
            if (!unit::assignments(unit_, {std::string(key)}).empty())
                text += fmt::format("{}{}=", text.empty() ? "" : " ", key);
        if (text.empty() && draft_.tail.empty()) return;
        std::vector<std::string> lines;
        if (!draft_.tail.empty()) lines.emplace_back("Not taken over:");
        lines.insert(lines.end(), draft_.tail.begin(), draft_.tail.end());
        if (!text.empty()) {
            lines.emplace_back("Leave these in the unit; the fence does not replace them:");
            lines.push_back("  " + text);
        }
        draft_.tail = std::move(lines);
    }

    void note(std::string text) { draft_.tail.push_back("- " + std::move(text)); }

    const unit::Unit& unit_;
    const std::vector<std::string>& interpreters_;
    policy::Draft draft_;
    bool internet_ = false;
};

}  // namespace

policy::Draft import_unit(const unit::Unit& unit, const std::vector<std::string>& interpreters) {
    return UnitImporter(unit, interpreters).import();
}

}  // namespace ringfence::dropin
