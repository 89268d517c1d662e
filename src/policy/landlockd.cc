// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/landlockd.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/literal_path.h"
#include "landlock/groups.h"
#include "landlock/rights.h"
#include "policy/coverage.h"
#include "policy/landlockd_file.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

constexpr Access refer_right = landlock::access_of("fs.refer");

constexpr std::string_view own_tables[] = {"fs_layer", "net",     "seccomp",
                                           "mount",    "runtime", "broker"};

// System calls without which a program cannot be started: the filter holds for the wrapper, too.
constexpr std::string_view needed_to_start[] = {"openat"};

/// Without the slashes at its end; empty for "/", which moves nothing.
std::string trimmed_root(std::string root) {
    while (root.ends_with('/'))
        root.pop_back();
    return root;
}

/// A path as a word of a directive: specifiers escaped, quoted where it has blanks.
std::string directive_path(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (c == '%' || c == '\\') out += c;
        if (c == ':') out += '\\';
        out += c;
    }
    return out.find_first_of(" \t\"'") == std::string::npos ? out : '"' + out + '"';
}

class Drafter {
  public:
    Drafter(const LandlockdFile& from, const std::string& file)
        : from_(from), root_(trimmed_root(from.root)) {
        draft_.head = {"Made by `ringfence import` from the landlockd policy " + file + ".",
                       "Review it: what has no equivalent here is named at the end."};
        draft_.inherit = false;
        draft_.inherit_comment = "as there; true adds what the unit itself says";
    }

    Draft make() {
        draft_ports();
        draft_layers();
        draft_broker();
        draft_mounts();
        draft_runtime();
        draft_seccomp();
        draft_.rules.unrestricted = unrestricted(first_open() - refer_right);
        if (!left_out_.empty()) {
            draft_.tail = {"Not taken over:"};
            draft_.tail.insert(draft_.tail.end(), left_out_.begin(), left_out_.end());
        }
        return std::move(draft_);
    }

  private:
    void directive(const char* key, const std::string& value, const char* from) {
        draft_.systemd.push_back({key, value, from});
    }
    void leave_out(std::string line) { left_out_.push_back("- " + std::move(line)); }

    /// A path as the service sees it: inside the root, where there is one. Nothing for one outside.
    std::optional<std::string> inside(const std::string& path) const {
        if (root_.empty()) return path;
        if (!covers(root_, path)) return {};
        return path.size() == root_.size() ? "/" : path.substr(root_.size());
    }
    /// The same, with a line at the end for one outside.
    std::optional<std::string> place(const std::string& path, const std::string& what) {
        auto inner = inside(path);
        if (!inner)
            leave_out(fmt::format("{} {}: outside of runtime.root, where the service cannot see it",
                                  what, path));
        return inner;
    }

    static std::vector<DraftRight> unrestricted(const Access& open) {
        std::vector<DraftRight> all;
        for (const landlock::Right& right : landlock::rights)
            if (open.contains(right.access())) all.push_back({right.access(), ""});
        return all;
    }

    void draft_ports() {
        for (const LandlockdPort& rule : from_.ports)
            for (const landlock::PortGroup& group : landlock::port_groups)
                if (rule.access.contains(group.access))
                    draft_.rules.ports.push_back({rule.port, rule.port, group.access, ""});
    }

    void draft_layers() {
        Access handled = from_.net_handled;
        for (const LandlockdLayer& layer : from_.layers)
            handled |= layer.handled;
        draft_.abi = std::max(landlock::abi_needed(handled), 1);
        known_ = landlock::known_at(draft_.abi);
        for (const landlock::ScopeGroup& scope : landlock::scope_groups)
            if (known_.contains(scope.access))
                draft_.rules.free_scopes.push_back({scope.access, ""});
        if (from_.layers.empty() && known_.contains(refer_right))
            draft_.rules.paths.push_back(
                {"/", false, refer_right, "no right on files is restricted"});
        for (std::size_t i = 0; i < from_.layers.size(); ++i)
            draft_layer(from_.layers[i], i == 0);
        if (from_.layers.size() > 1)
            draft_.head.emplace_back(
                "Its layers are stacked, as there: what a layer handles must be granted in it.");
    }

    // What the broker opened passed by all layers.
    void draft_layer(const LandlockdLayer& layer, bool first) {
        DraftRuleset further;
        DraftRuleset& rules = first ? draft_.rules : further;
        for (const LandlockdRule& rule : layer.rules)
            if (const auto path = place(rule.path.value, "rule on"))
                rules.paths.push_back({literal_path(*path), false, rule.access, ""});
        for (const BrokeredPath& opened : from_.brokered) {
            const Access access = opened.access & layer.handled;
            if (const auto path = inside(opened.path); path && !access.empty())
                rules.paths.push_back({literal_path(*path), true, access, "broker." + opened.key});
        }
        if (first) return;
        further.network = further.scope = false;
        further.unrestricted = unrestricted(Access{known_.fs, 0, 0} - layer.handled - refer_right);
        draft_.layers.push_back(std::move(further));
    }

    /// What the first layer leaves to everybody, and where there is none, what no layer handles.
    Access first_open() const {
        Access open{known_.fs, known_.net & ~from_.net_handled.net, 0};
        if (!from_.layers.empty()) open.fs &= ~from_.layers.front().handled.fs;
        return open;
    }

    void draft_broker() {
        for (const BrokeredPath& opened : from_.brokered)
            place(opened.path, "broker." + opened.key);
        if (from_.layers.empty() && !from_.brokered.empty())
            leave_out("broker: without an fs_layer the service opens its files itself");
        for (const OnRequest& row : from_.on_request)
            leave_out(fmt::format("broker.{}: {}", row.key, row.advice));
    }

    void draft_mounts() {
        for (const std::string& path : from_.tmpfs)
            if (const auto inner = place(path, "mount.tmpfs"))
                directive("TemporaryFileSystem", directive_path(*inner), "mount.tmpfs");
        for (const LandlockdBind& bind : from_.binds)
            if (const auto inner = place(bind.target, "mount.bind"))
                directive(bind.read_only ? "BindReadOnlyPaths" : "BindPaths",
                          directive_path(bind.source) + ":" + directive_path(*inner), "mount.bind");
        for (const std::string& path : from_.proc) {
            const auto inner = place(path, "mount.proc");
            if (inner == "/proc" && !root_.empty())
                directive("MountAPIVFS", "yes", "mount.proc");
            else if (inner && inner != "/proc")
                leave_out("mount.proc " + *inner + ": systemd mounts /proc only");
        }
    }

    void draft_runtime() {
        if (!from_.root.empty())
            leave_out(
                fmt::format("runtime.root: write RootDirectory={} into the unit; the paths "
                            "above are those inside it",
                            from_.root));
        if (!from_.cwd.empty())
            directive("WorkingDirectory", directive_path(from_.cwd), "runtime.cwd");
    }

    void draft_seccomp() {
        std::string calls;
        for (const std::string& name : from_.denied) {
            if (std::find(std::begin(needed_to_start), std::end(needed_to_start), name) !=
                std::end(needed_to_start))
                leave_out(fmt::format("seccomp.deny {}: no program starts without it", name));
            else
                calls += (calls.empty() ? "" : " ") + name;
        }
        if (calls.empty()) return;
        directive("SystemCallFilter", "~" + calls, "seccomp.deny");
        if (from_.denied_errno)
            directive("SystemCallErrorNumber", std::to_string(*from_.denied_errno),
                      "seccomp.errno");
        else
            directive("SystemCallErrorNumber", "EPERM", "seccomp.errno is not given");
    }

    const LandlockdFile& from_;
    const std::string root_;
    Access known_;  ///< at the draft's ABI
    Draft draft_;
    std::vector<std::string> left_out_;
};

}  // namespace

bool is_landlockd(const Value& root) {
    return std::any_of(root.table.begin(), root.table.end(), [](const Entry& entry) {
        return std::find(std::begin(own_tables), std::end(own_tables), entry.key) !=
               std::end(own_tables);
    });
}

Result<Draft> import_landlockd(const Value& root, const std::string& file) {
    return read_landlockd(root).map(
        [&](const LandlockdFile& from) { return Drafter(from, file).make(); });
}

}  // namespace ringfence::policy
