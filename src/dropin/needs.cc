// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/needs.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "dropin/syscall_filter.h"
#include "unit/command.h"
#include "unit/words.h"

namespace ringfence::dropin {

namespace {

class NeedsFinder {
  public:
    NeedsFinder(const unit::Unit& unit, const std::vector<policy::Directive>& lines,
                const std::string& wrapper, bool main_only, const policy::Reports& reports)
        : unit_(unit), lines_(lines), wrapper_(wrapper), main_only_(main_only), reports_(reports) {}

    Result<Needs> find() {
        if (auto filter = add_system_calls(); !filter) return tl::unexpected(filter.error());
        if (auto root = add_root(); !root) return tl::unexpected(root.error());
        add_exec_paths();
        add_notify_access();
        return std::move(needs_);
    }

  private:
    struct Value {
        std::string_view text;
        Location where;
    };

    // The unit's assignments of a key, and behind them the policy's.
    std::vector<Value> values(unit::Keys keys) const {
        std::vector<Value> all;
        for (const unit::Assignment* assignment : unit::assignments(unit_, keys))
            all.push_back({assignment->text(), assignment->where});
        for (const policy::Directive& line : lines_)
            if (keys.contain(line.key)) all.push_back({line.value, line.origin.where});
        return all;
    }

    // The last one, if it is not a reset.
    std::string_view last(std::string_view key) const {
        const auto all = values({key});
        return all.empty() ? std::string_view() : all.back().text;
    }

    // Of a setting with a fixed set of words: systemd ignores any other, the empty one too.
    std::string_view last_word(std::string_view key,
                               std::initializer_list<std::string_view> words) const {
        std::string_view found;
        for (const Value& value : values({key}))
            if (std::find(words.begin(), words.end(), value.text) != words.end())
                found = value.text;
        return found;
    }

    Result<void> add_system_calls() {
        std::vector<FilterLine> lines;
        for (const Value& value : values({"SystemCallFilter"}))
            lines.push_back({std::string(value.text), value.where});
        const FilterVerdict verdict = judge_filter(lines);
        if (verdict.denies_landlock)
            return fail({*verdict.denies_landlock,
                         "SystemCallFilter= takes away the system calls that a fence needs",
                         "take @sandbox and landlock_* out of its \"~\" lines"});
        if (verdict.is_allow_list)
            needs_.directives.push_back(
                {"The unit's filter is an allow-list, and the wrapper restricts itself inside it.",
                 "SystemCallFilter=landlock_create_ruleset landlock_add_rule "
                 "landlock_restrict_self"});
        // With SystemCallErrorNumber= a forbidden call only fails, and the wrapper copes.
        const std::string_view number = last("SystemCallErrorNumber");
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

    bool has_root() const {
        const std::string_view directory = last("RootDirectory");
        return (!directory.empty() && directory != "/") || !last("RootImage").empty();
    }

    // Whether a list of paths in the unit covers the wrapper: one of them is it, or holds it.
    // Then the place of that line.
    std::optional<Location> covers_wrapper(unit::Keys keys) const {
        std::optional<Location> found;
        for (const Value& value : values(keys)) {
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
        const std::string path = unit::simplify_path(word.substr(start, word.find(':') - start));
        return path == "/" || path == wrapper_ ||
               wrapper_.compare(0, path.size() + 1, path + "/") == 0;
    }

    Result<void> add_root() {
        // systemd mounts nothing beneath an inaccessible path (drop_inaccessible() in
        // src/core/namespace.c), so the wrapper cannot be brought back there.
        if (const auto where = covers_wrapper({"InaccessiblePaths", "InaccessibleDirectories"}))
            return fail({*where, "InaccessiblePaths= of the unit hides " + wrapper_,
                         "list the other entries of that directory instead"});
        if (has_root())
            add_bind("The wrapper must be there in the unit's own root.");
        else if (covers_wrapper({"TemporaryFileSystem"}))
            add_bind("TemporaryFileSystem= hides the directory that the wrapper is in.");
        return {};
    }

    void add_bind(const std::string& comment) {
        needs_.directives.push_back({comment, "BindReadOnlyPaths=" + wrapper_});
    }

    void add_exec_paths() {
        if (last("NoExecPaths").empty()) return;
        // "+": beneath the unit's own root.
        needs_.directives.push_back({"NoExecPaths= would keep the wrapper from being executed.",
                                     "ExecPaths=" + std::string(has_root() ? "+" : "") + wrapper_});
    }

    std::string_view service_type() const {
        return last_word("Type", {"simple", "exec", "forking", "oneshot", "dbus", "notify",
                                  "notify-reload", "idle"});
    }

    // systemd opens the notification socket by itself for these (service_add_extras() in
    // src/core/service.c).
    bool notifies_by_itself() const {
        if (service_type() == "notify" || service_type() == "notify-reload") return true;
        const std::string_view watchdog = last("WatchdogSec");
        const std::string_view store = last("FileDescriptorStoreMax");
        return (!watchdog.empty() && watchdog != "0") || (!store.empty() && store != "0");
    }

    void add_notify_access() {
        const std::string_view access = last_word("NotifyAccess", {"none", "main", "exec", "all"});
        const bool off = access.empty() || access == "none";
        if (!off || kills_reports_ || !reports_.notify || notifies_by_itself()) return;
        const bool control = !main_only_ || service_type() == "forking";
        needs_.directives.push_back({"For the wrapper's status line; the service does not see it.",
                                     std::string("NotifyAccess=") + (control ? "exec" : "main")});
        needs_.options.push_back("--unset-environment=NOTIFY_SOCKET");
    }

    const unit::Unit& unit_;
    const std::vector<policy::Directive>& lines_;
    const std::string& wrapper_;
    bool main_only_;
    policy::Reports reports_;
    bool kills_reports_ = false;
    Needs needs_;
};

}  // namespace

Result<Needs> find_needs(const unit::Unit& unit,
                         const std::vector<policy::Directive>& service_lines,
                         const std::string& wrapper, bool main_only,
                         const policy::Reports& reports) {
    return NeedsFinder(unit, service_lines, wrapper, main_only, reports).find();
}

}  // namespace ringfence::dropin
