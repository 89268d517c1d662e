// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/needs.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/path.h"
#include "dropin/settings.h"
#include "dropin/syscall_filter.h"
#include "unit/command.h"
#include "unit/words.h"

namespace ringfence::dropin {

namespace {

class NeedsFinder {
  public:
    NeedsFinder(const unit::Unit& unit, const std::vector<policy::Directive>& lines,
                const std::string& wrapper, const std::vector<std::string>& wrap,
                const policy::Reports& reports)
        : settings_(unit, lines),
          wrapper_(wrapper),
          main_only_(wrap == std::vector<std::string>{"ExecStart"}),
          reports_(reports) {}

    Result<WrapperNeeds> find() {
        needs_.wrapper = is_bound_beside_root() ? wrapper_in_root(wrapper_) : wrapper_;
        if (auto filter = add_system_calls(); !filter) return tl::unexpected(filter.error());
        if (auto root = add_root(); !root) return tl::unexpected(root.error());
        add_exec_paths();
        add_notify_access();
        return std::move(needs_);
    }

  private:
    Result<void> add_system_calls() {
        std::vector<FilterLine> lines;
        for (const Settings::Value& value : settings_.values({"SystemCallFilter"}))
            lines.push_back({std::string(value.text), value.where});
        const FilterVerdict verdict = judge_filter(lines);
        if (verdict.denies_landlock)
            return fail({*verdict.denies_landlock,
                         "SystemCallFilter= takes away the system calls that a fence needs",
                         "take @sandbox and landlock_* out of its \"~\" lines"});
        if (verdict.is_allow_list)
            needs_.directives.push_back(
                {"The unit's filter is an allow-list, and the wrapper restricts itself inside it.",
                 fmt::format("SystemCallFilter={}", fmt::join(added_calls, " "))});
        else if (verdict.denies_capset)
            needs_.directives.push_back(
                {"The wrapper drops capabilities inside the unit's filter, which denies that.",
                 fmt::format("SystemCallFilter={}", capset_call)});
        // With SystemCallErrorNumber= a forbidden call fails, and the wrapper goes on without
        // reports.
        const std::string_view number = settings_.last("SystemCallErrorNumber");
        kills_reports_ = !verdict.allows_sockets && (number.empty() || number == "kill");
        if (kills_reports_) {
            needs_.directives.push_back(
                {"SystemCallFilter= would kill the wrapper when it sends its reports: none.", ""});
            needs_.options.push_back("--report=none");
        } else if (!(reports_ == policy::Reports{})) {
            needs_.options.push_back(std::string("--report=") + (reports_.notify    ? "notify"
                                                                 : reports_.journal ? "journal"
                                                                                    : "none"));
        }
        return {};
    }

    // MountAPIVFS= is on in a root of the unit's own, unless the unit says otherwise
    // (exec_context_get_effective_mount_apivfs() in src/core/execute.c). With
    // RootDirectoryStartOnly=, other commands run outside of that root.
    bool is_bound_beside_root() const {
        return settings_.has_own_root() && settings_.is_on("MountAPIVFS", true) &&
               (main_only_ || !settings_.is_on("RootDirectoryStartOnly", false));
    }

    // The first line of a list of paths with one that is the wrapper, or a directory above it.
    std::optional<Location> covers_wrapper(unit::Keys keys) const {
        std::optional<Location> found;
        for (const Settings::Value& value : settings_.values(keys)) {
            if (value.text.empty()) found.reset();
            unit::WordReader words(value.text);
            for (auto word = words.next(); word && *word; word = words.next())
                if (!found && is_above_wrapper((*word)->value)) found = value.where;
        }
        return found;
    }

    bool is_above_wrapper(const std::string& word) const {
        const std::size_t start = word.find_first_not_of("-+");
        if (start == std::string::npos) return false;
        const std::string path = simplify_path(word.substr(start, word.find(':') - start));
        return covers(path, wrapper_) || covers(path, needs_.wrapper);
    }

    Result<void> add_root() {
        // systemd mounts nothing beneath an inaccessible path (drop_inaccessible() in
        // src/core/namespace.c), so a bind mount cannot bring the wrapper back.
        if (const auto where = covers_wrapper({"InaccessiblePaths", "InaccessibleDirectories"}))
            return fail({*where, "InaccessiblePaths= of the unit hides " + wrapper_,
                         "list the other entries of that directory instead"});
        if (settings_.has_own_root())
            add_bind("The wrapper must be there in the unit's own root.");
        else if (covers_wrapper({"TemporaryFileSystem"}))
            add_bind("TemporaryFileSystem= hides the directory that the wrapper is in.");
        return {};
    }

    void add_bind(const std::string& comment) {
        const std::string target = needs_.wrapper == wrapper_ ? "" : ":" + needs_.wrapper;
        needs_.directives.push_back({comment, "BindReadOnlyPaths=" + wrapper_ + target});
    }

    void add_exec_paths() {
        if (settings_.last("NoExecPaths").empty()) return;
        // "+" means a path in the unit's own root.
        needs_.directives.push_back(
            {"NoExecPaths= would keep the wrapper from being executed.",
             "ExecPaths=" + std::string(settings_.has_own_root() ? "+" : "") + needs_.wrapper});
    }

    std::string_view service_type() const {
        return settings_.last_word("Type", {"simple", "exec", "forking", "oneshot", "dbus",
                                            "notify", "notify-reload", "idle"});
    }

    // Whether systemd sets NotifyAccess= by itself (service_add_extras() in src/core/service.c).
    bool notifies_by_itself() const {
        if (service_type() == "notify" || service_type() == "notify-reload") return true;
        const std::string_view watchdog = settings_.last("WatchdogSec");
        const std::string_view store = settings_.last("FileDescriptorStoreMax");
        return (!watchdog.empty() && watchdog != "0") || (!store.empty() && store != "0");
    }

    void add_notify_access() {
        const std::string_view access =
            settings_.last_word("NotifyAccess", {"none", "main", "exec", "all"});
        const bool off = access.empty() || access == "none";
        if (!off || kills_reports_ || !reports_.notify || notifies_by_itself()) return;
        const bool control = !main_only_ || service_type() == "forking";
        needs_.directives.push_back({"For the wrapper's status line; the service does not see it.",
                                     std::string("NotifyAccess=") + (control ? "exec" : "main")});
        needs_.options.push_back("--unset-environment=NOTIFY_SOCKET");
    }

    Settings settings_;
    const std::string& wrapper_;
    bool main_only_;  // only ExecStart= runs through the wrapper
    policy::Reports reports_;
    bool kills_reports_ = false;
    WrapperNeeds needs_;
};

}  // namespace

std::string wrapper_in_root(const std::string& wrapper) {
    return "/run/host/" + base_name(wrapper);
}

Result<WrapperNeeds> find_needs(const unit::Unit& unit,
                                const std::vector<policy::Directive>& policy_lines,
                                const std::string& wrapper, const std::vector<std::string>& wrap,
                                const policy::Reports& reports) {
    return NeedsFinder(unit, policy_lines, wrapper, wrap, reports).find();
}

}  // namespace ringfence::dropin
