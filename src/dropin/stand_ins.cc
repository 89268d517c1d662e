// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/stand_ins.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/escape.h"
#include "base/path.h"
#include "dropin/inherit.h"
#include "dropin/quote.h"
#include "dropin/settings.h"
#include "landlock/abi.h"
#include "unit/command.h"
#include "unit/specifier.h"

namespace ringfence::dropin {

namespace {

using landlock::Access;

constexpr std::string_view manager_directory = "/run/systemd";
constexpr std::string_view bus_directory = "/run/dbus";
constexpr std::string_view manager_socket = "/run/systemd/private";

// Programs that need the service manager or the system bus.
constexpr std::string_view clients[] = {"systemctl",   "busctl",     "dbus-send", "gdbus",
                                        "systemd-run", "machinectl", "loginctl",  "hostnamectl"};

// The path as the host's manager sees it. /var/run is a link to /run on every machine with systemd.
std::string known_path(const std::string& written, const unit::Unit& unit) {
    std::string path = simplify_path(written);
    if (path.rfind("%t", 0) == 0) path.replace(0, 2, "/run");
    if (const auto expanded = unit::expand_specifiers(path, unit.name)) path = *expanded;
    if (is_beneath(path, "/var/run")) path.erase(0, 4);
    return path;
}

// Whether one is the other, or is above it.
bool touch(std::string_view a, std::string_view b) {
    return covers(a, b) || covers(b, a);
}

class StandInPlanner {
  public:
    StandInPlanner(const unit::Unit& unit, const policy::Rules& rules)
        : unit_(unit), rules_(rules), settings_(unit, rules.systemd) {
        for (const policy::SocketGrant& socket : rules.sockets)
            granted_.push_back(known_path(socket.path, unit));
        for (const policy::Layer& layer : rules.layers)
            for (const policy::PathRule& rule : layer.paths)
                add_named(rule);
        for (const policy::PathRule& rule : inherited_rules(unit))
            add_named(rule);
    }

    StandIns plan() {
        if (const std::string why = why_not(); !why.empty()) {
            leave_out(why);
            out_.directives.push_back(
                {"The sockets that command the machine are not hidden: " + why, ""});
            return std::move(out_);
        }
        out_.coverage = Coverage::stand_in;
        for (const HiddenDirectory& directory : hidden_directories)
            hide(directory);
        if (covered_ == 0) out_.coverage = Coverage::nobody;
        write_directories();
        write_sockets();
        if ((rules_.dropped_capabilities() & sys_admin()) == 0)
            leave_out("the policy keeps sys_admin, with which the service undoes this");
        if (out_.coverage == Coverage::stand_in && !out_.reasons.empty())
            out_.coverage = Coverage::partly;
        return std::move(out_);
    }

  private:
    struct Named {
        std::string path;
        bool writes;
    };

    static landlock::CapabilitySet sys_admin() {
        constexpr std::string_view name = "sys_admin";
        return landlock::set_of(*landlock::find_capability(name.data(), name.size()));
    }

    void leave_out(std::string why) { out_.reasons.push_back(std::move(why)); }

    void add_named(const policy::PathRule& rule) {
        const Access others = rule.access - stood_in;
        if (others.empty()) return;
        constexpr Access writing = landlock::access_of("fs.write_file") |
                                   landlock::access_of("fs.make_reg") |
                                   landlock::access_of("fs.make_sock");
        named_.push_back({known_path(rule.path, unit_), !(others & writing).empty()});
    }

    // Why nothing can be hidden from this unit; empty if something can.
    std::string why_not() const {
        // Also RootDirectory=/: systemd 252 fails to mount in it (226/NAMESPACE).
        for (const char* key : {"RootDirectory", "RootImage"})
            if (!settings_.last(key).empty())
                return fmt::format(
                    "{}= gives the unit a root of its own, where they are only if it mounts them",
                    key);
        for (const unit::UnitCommand& row : unit::commands_of(unit_)) {
            const std::string name = base_name(row.command.path);
            if (std::find(std::begin(clients), std::end(clients), name) != std::end(clients))
                return fmt::format("{}= runs {}, which needs them", row.line.key, name);
        }
        return "";
    }

    bool is_granted(std::string_view path) const {
        return std::any_of(granted_.begin(), granted_.end(),
                           [&](const std::string& grant) { return covers(grant, path); });
    }

    // Whether the unit, or the policy's [systemd], decides what is found in the directory.
    bool is_mounted_by_unit(std::string_view directory) const {
        const auto hides = [&](const Settings::Word& word) {
            const std::string& text = word.text;
            const std::size_t start = std::min(text.find_first_not_of("-+"), text.size());
            const std::string path = text.substr(start, text.find(':') - start);
            return covers(known_path(path, unit_), directory);
        };
        const auto any = [&](unit::Keys keys) {
            const std::vector<Settings::Word> words = settings_.words(keys);
            return std::any_of(words.begin(), words.end(), hides);
        };
        return any({"TemporaryFileSystem"}) ||
               any({"InaccessiblePaths", "InaccessibleDirectories"});
    }

    bool needs_bus() const {
        return settings_.last("Type") == "dbus" || !settings_.last("BusName").empty();
    }

    void hide(const HiddenDirectory& row) {
        const std::string_view directory = row.path;
        if (is_mounted_by_unit(directory)) {
            if (directory == manager_directory) expect_no_manager();
            ++covered_;
            return;
        }
        if (directory == bus_directory && needs_bus())
            return leave_out("the unit says that it needs the bus, so /run/dbus stays");
        for (const std::string& grant : granted_)
            if (covers(grant, directory) || (covers(directory, grant) && !can_keep(grant)))
                return leave_out(
                    fmt::format("the policy grants {}, so {} stays", grant, directory));
        for (const Named& named : named_) {
            const bool inside = covers(directory, named.path) &&
                                (directory != manager_directory || !can_keep(named.path));
            if (inside)
                return leave_out(fmt::format("the unit or its policy names {}, so {} stays",
                                             named.path, directory));
        }
        hidden_.push_back(&row);
        ++covered_;
    }

    void expect_no_manager() {
        out_.options.push_back("--stand-in=fs.resolve_unix:absent:" + std::string(manager_socket));
    }

    // A directory, or a socket whose inode stays, can be brought back into /run/systemd.
    static bool can_keep(std::string_view grant) {
        return is_beneath(grant, manager_directory) && grant != manager_socket &&
               base_name(grant).rfind("io.systemd.", 0) != 0;
    }

    void write_directories() {
        if (hidden_.empty()) return;
        std::string empty, inaccessible;
        for (const HiddenDirectory* directory : hidden_) {
            std::string& text = directory->hiding == Hiding::empty ? empty : inaccessible;
            text += std::string(text.empty() ? "" : " ") +
                    (directory->hiding == Hiding::empty ? fmt::format("{}:ro", directory->path)
                                                        : fmt::format("-{}", directory->path));
            out_.options.push_back(
                fmt::format("--stand-in=fs.resolve_unix:mounted:{}", directory->path));
        }
        std::string comment =
            "Nothing restricts fs.resolve_unix here, so the sockets that command the machine are "
            "hidden.";
        if (!empty.empty())
            out_.directives.push_back({std::exchange(comment, ""), "TemporaryFileSystem=" + empty});
        if (hidden_.front()->path == manager_directory) {
            write_kept();
            expect_no_manager();
        }
        if (!inaccessible.empty())
            out_.directives.push_back({comment, "InaccessiblePaths=" + inaccessible});
    }

    void write_kept() {
        std::set<std::string> reads, writes;
        const bool own_journal = !settings_.last("LogNamespace").empty();
        for (const std::string_view path : kept_beneath_systemd)
            if (path != journal_directory || !own_journal) reads.emplace(path);
        const auto is_kept = [&](const std::string& path) {
            return std::any_of(reads.begin(), reads.end(),
                               [&](const std::string& kept) { return covers(kept, path); });
        };
        for (const std::string& grant : granted_)
            if (can_keep(grant) && !is_kept(grant)) reads.insert(grant);
        for (const Named& named : named_)
            if (is_beneath(named.path, manager_directory) && (named.writes || !is_kept(named.path)))
                (named.writes ? writes : reads).insert(named.path);
        for (const auto& [key, paths] :
             {std::pair{"BindReadOnlyPaths=", reads}, std::pair{"BindPaths=", writes}}) {
            std::string text;
            for (const std::string& path : paths)
                text += (text.empty() ? "-" : " -") + quote_word(escape_specifiers(path));
            if (!text.empty()) out_.directives.push_back({"", key + text});
        }
    }

    // A socket that the service makes itself, or that it may connect to, stays.
    void write_sockets() {
        std::string text;
        for (const std::string_view socket : hidden_sockets) {
            const bool own = std::any_of(named_.begin(), named_.end(), [&](const Named& named) {
                return named.writes && touch(named.path, socket);
            });
            if (!own && !is_granted(socket))
                text += (text.empty() ? "-" : " -") + std::string(socket);
        }
        if (text.empty()) return;
        out_.directives.push_back(
            {"These hold until the daemon makes its socket anew.", "InaccessiblePaths=" + text});
    }

    const unit::Unit& unit_;
    const policy::Rules& rules_;
    const Settings settings_;
    std::vector<std::string> granted_;
    std::vector<Named> named_;
    std::vector<const HiddenDirectory*> hidden_;
    int covered_ = 0;  // of hidden_directories
    StandIns out_;
};

}  // namespace

KernelAbi kernel_abi_below(const Root& root) {
    if (root.path() != "/") return 0;
    return KernelAbi([] { return landlock::probe().abi; });
}

StandIns plan_stand_ins(const unit::Unit& unit, const policy::Rules& rules,
                        const Wrapper& wrapper) {
    StandIns none;
    Access handled;
    for (const policy::Layer& layer : rules.layers)
        handled |= layer.handled();
    const bool has_right = landlock::known_at(rules.layers.front().abi).contains(stood_in);
    if (handled.contains(stood_in) &&
        landlock::known_at(wrapper.kernel_abi.value()).contains(stood_in)) {
        none.coverage = Coverage::kernel;
        return none;
    }
    if (has_right && !handled.contains(stood_in)) {
        none.reasons.emplace_back("the policy does not restrict it");
    } else if (!rules.stand_ins) {
        none.reasons.emplace_back("stand_ins does not turn it on");
    } else if (wrapper.scope == unit::Scope::user) {
        none.reasons.emplace_back("a user's service manager cannot hide the sockets");
    } else {
        return StandInPlanner(unit, rules).plan();
    }
    return none;
}

}  // namespace ringfence::dropin
