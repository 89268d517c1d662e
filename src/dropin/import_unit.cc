// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/import_unit.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "dropin/bind_ports.h"
#include "dropin/inherit.h"
#include "landlock/rights.h"
#include "policy/access_groups.h"
#include "policy/path_text.h"
#include "unit/words.h"

namespace ringfence::dropin {

namespace {

using landlock::Access;

// The abstractions are written for it, and a policy cannot be newer than what it extends.
constexpr int draft_abi = 10;

constexpr Access access_read = landlock::access_of("fs.read_file");
constexpr Access access_write = landlock::access_of("fs.write_file");
constexpr Access access_ioctl = landlock::access_of("fs.ioctl_dev");

// What systemd leaves in /dev with PrivateDevices=yes, beside what abstractions/base.toml gives.
constexpr const char* private_devices[] = {"/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts"};

// Directives that go on working beside the fence and that it cannot replace.
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
    return fmt::format("{}:{}", file.substr(file.rfind('/') + 1), where.line);  // npos + 1 is 0
}

bool is_beneath(std::string_view path, std::string_view directory) {
    return path.size() > directory.size() && path.starts_with(directory) &&
           (directory == "/" || path[directory.size()] == '/');
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

    template <class Function>
    void each_word(const std::vector<std::string>& keys, const Function& take) {
        for (const unit::Assignment* line : unit::list_setting(unit_, keys)) {
            unit::WordReader words(line->text());
            for (auto next = words.next(); next && *next; next = words.next())
                take((*next)->value, line);
        }
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

    /// `path` as a rule has it: with "$" doubled.
    void add(std::string path, const Access& access, std::string comment) {
        // What systemd would not take as a path either must not spoil the whole draft.
        if (const auto parsed = policy::parse_path(path); !parsed || parsed->optional) {
            note(fmt::format("{}: {} {}", comment, policy::quote(path),
                             parsed ? "is no absolute path" : parsed.error().message));
            return;
        }
        draft_.rules.paths.push_back({std::move(path), true, access, std::move(comment)});
    }

    static std::string literal(std::string_view path) {
        std::string out;
        for (const char c : path)
            out.append(c == '$' ? 2 : 1, c);
        return out;
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
        each_word({"TemporaryFileSystem"}, [&](const std::string& value, const auto* setting) {
            const std::string path = value.substr(0, value.find(':'));
            const bool read_only = value.find(":ro") != std::string::npos;
            add(literal(path), policy::path_group(read_only ? "read" : "write").access,
                from_key(setting));
        });
    }

    void add_devices() {
        if (const unit::Assignment* line = last("PrivateDevices"); yes("PrivateDevices"))
            for (const char* path : private_devices)
                add(path, access_read | access_write, from_key(line));
        for (const unit::Assignment* line : unit::list_setting(unit_, {"DeviceAllow"}))
            add_device(line);
    }

    // "NODE [ACCESS]"; without an access it is "rwm".
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
        add(literal((*node)->value), rights, from_key(line));
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

    /// Whether sockets of the Internet can be made at all. A list that begins with "~" takes away.
    bool has_internet(const unit::Assignment** because) {
        bool restricted = false, four = true, six = true;
        for (const unit::Assignment* line :
             unit::list_setting(unit_, {"RestrictAddressFamilies"})) {
            *because = line;
            const bool inverted = line->text().starts_with('~');
            if (!restricted) four = six = inverted;
            restricted = true;
            unit::WordReader words(std::string_view(line->text()).substr(inverted ? 1 : 0));
            for (auto next = words.next(); next && *next; next = words.next()) {
                if ((*next)->value == "AF_INET") four = !inverted;
                if ((*next)->value == "AF_INET6") six = !inverted;
            }
        }
        return four || six;
    }

    void add_network() {
        const unit::Assignment* because = nullptr;
        if (!has_internet(&because)) {
            draft_.rules.notes.push_back(
                fmt::format("No ports: {} leaves out AF_INET and AF_INET6.", from_key(because)));
            return;
        }
        internet_ = true;
        constexpr const char* unsaid = "the unit does not say which ports: name them";
        for (const landlock::PortGroup& group : landlock::port_groups) {
            const std::string_view key = group.key;
            const bool binds = key.starts_with("bind");
            const BindPorts ports =
                binds ? bind_ports(unit_, key.substr(key.find('_') + 1)) : BindPorts{};
            if (!ports.limited) draft_.rules.unrestricted.push_back({group.access, unsaid});
            for (const PortRange& range : ports.ports)
                draft_.rules.ports.push_back(
                    {range.first, range.last, group.access, "SocketBindAllow=, SocketBindDeny="});
        }
    }

    void add_extends() {
        draft_.extends = {{"base", false, {}, "what every program needs"},
                          {"journal", false, {}, "logs"}};
        const std::string type = word("Type");
        if (type == "notify" || type == "notify-reload")
            draft_.extends.push_back({"notify", false, {}, from(last("Type"))});
        draft_.extends.push_back(
            internet_ ? policy::DraftPath{"name-service", false, {}, "it may use the network"}
                      : policy::DraftPath{"users", false, {}, "users by name"});
        if (type == "dbus" || last("BusName") != nullptr)
            draft_.extends.push_back({"dbus-client", false, {}, "Type=dbus, BusName="});
    }

    // A rule on a directory opens all that is beneath it.
    void note_hidden() {
        each_word({"InaccessiblePaths", "InaccessibleDirectories"},
                  [&](const std::string& value, const unit::Assignment* line) {
                      std::string path = value;
                      path.erase(0, std::min(path.find_first_not_of("-+"), path.size()));
                      for (const policy::DraftPath& rule : draft_.rules.paths)
                          if (is_beneath(path, rule.path))
                              note(
                                  fmt::format("{} keeps {} from what the rule on {} opens: no "
                                              "rule can",
                                              from_key(line), path, rule.path));
                  });
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
