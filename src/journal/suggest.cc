// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/suggest.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/escape.h"
#include "base/path.h"
#include "base/utf8.h"
#include "journal/current_policy.h"
#include "journal/generalise.h"
#include "journal/suspicion.h"
#include "landlock/groups.h"
#include "landlock/rights.h"
#include "places/access.h"
#include "places/places.h"
#include "policy/model/name.h"
#include "policy/model/path_text.h"

namespace ringfence::journal {

namespace {

using landlock::Access;
using landlock::access_of;

// If so many files of one directory were denied, a comment mentions the directory.
constexpr std::size_t many_files = 4;
constexpr std::size_t many_files_of_listed = 2;

constexpr Access loads = access_of("fs.execute") | access_of("fs.read_file");
constexpr Access creates = access_of("fs.make_reg") | access_of("fs.make_dir") |
                           access_of("fs.make_sym") | access_of("fs.make_fifo") |
                           access_of("fs.make_sock");
constexpr Access changes_file = access_of("fs.write_file") | access_of("fs.truncate");
constexpr Access removes = access_of("fs.remove_file") | access_of("fs.refer");
constexpr Access writes =
    access_of("fs.write_file") | access_of("fs.remove_file") | access_of("fs.remove_dir");

bool overlap(const Access& a, const Access& b) {
    return !(a & b).empty();
}

// If a denied right makes sense only on a directory, the object is a directory.
bool is_directory(const Access& denied) {
    return overlap(denied, landlock::known_at(landlock::newest_abi) - landlock::file_rights());
}

Access effective(const landlock::PathGroup& group, bool directory) {
    return directory ? group.access : group.access & landlock::file_rights();
}

// The two cases where a group may grant more than was denied (suggest.h).
bool worth_more(const landlock::PathGroup& group, const PathProposal& proposal) {
    const Access grants = effective(group, proposal.directory);
    if (!grants.contains(proposal.denied)) return false;
    if (!proposal.directory && proposal.denied.contains(access_of("fs.execute")))
        return grants == loads;
    return proposal.directory && overlap(proposal.denied, creates) &&
           overlap(proposal.denied, writes);
}

void choose_group(PathProposal& proposal) {
    proposal.directory = proposal.directory || is_directory(proposal.denied);
    proposal.grants = proposal.denied;
    for (const landlock::PathGroup& group : landlock::path_groups) {
        const Access grants = effective(group, proposal.directory);
        if (grants != proposal.denied && !worth_more(group, proposal)) continue;
        proposal.key = group.key;
        proposal.grants = grants;
        return;
    }
}

constexpr char unproved[] =
    "is not proved: any user can write such a line to the log that was read";

std::string unusable(const std::string& path) {
    constexpr std::string_view deleted = " (deleted)";
    if (!path.starts_with('/')) return "the record has no path that a rule could name";
    if (path.ends_with(deleted)) return "the file is deleted";
    if (!is_utf8(path)) return "its name is no UTF-8 and cannot be written in TOML";
    // What a policy would refuse must not keep the other paths out of it.
    if (const auto text = policy::parse_path(escape_expansions(path)); !text)
        return fmt::format("a policy cannot name it: it {}; {}", text.error().message,
                           text.error().hint);
    return {};
}

// The denials of one path, before it is decided what to propose.
struct Gathered {
    PathProposal proposal;
    std::optional<std::int64_t> pid;
    bool replaced = false;
    std::set<Unit> units;
    std::vector<Denial> denials;  // for a refusal
};
using GatheredPaths = std::map<std::string, Gathered>;

struct GatheredPort {
    Evidence evidence;
    std::vector<Denial> denials;  // for a refusal
};

// logrotate(8) renames a log file, so a rule must be on its directory. This is possible only if the
// directory belongs to one service.
bool is_rotated_in_own_directory(const std::string& path) {
    return places::place_of(path, places::Kind::rotated) &&
           !places::is_shared_directory(directory_of(path));
}

// Moves a path's denials to its directory, or to /proc.
void move_to(GatheredPaths& paths, const std::string& path, const std::string& directory,
             const std::string& why) {
    auto moved = paths.extract(path);
    Gathered& from = moved.mapped();
    Gathered& into = paths[directory];
    into.proposal.path = directory;
    into.proposal.denied |= from.proposal.denied;
    into.proposal.evidence.add(from.proposal.evidence);
    into.proposal.verified = into.proposal.verified && from.proposal.verified;
    into.proposal.directory = true;
    if (into.proposal.suspicion.empty()) into.proposal.suspicion = from.proposal.suspicion;
    if (into.proposal.why.empty()) into.proposal.why = why;
    into.units.insert(from.units.begin(), from.units.end());
    into.denials.insert(into.denials.end(), from.denials.begin(), from.denials.end());
}

// Gathers the denials of one policy.
class Builder {
  public:
    Builder(std::string policy, const SuggestOptions& options)
        : policy_(std::move(policy)),
          options_(options),
          current_(rules_of(policy_, options), options.units) {}
    void add(const Denial& denial);
    Suggestion build();

  private:
    static const policy::Rules* rules_of(const std::string& policy, const SuggestOptions& options);
    bool is_forced(const std::string& path) const;
    std::string problem_with_unit(const Unit& unit) const;
    std::string add_allowable(const Denial& denial);
    std::string add_path(const Denial& denial);
    std::string add_port(const Denial& denial);
    void generalise_processes();
    void generalise_names();
    void generalise_replaced();
    void refuse_suspicious();
    void refuse(const std::string& path, const std::string& reason);
    void refuse(const std::vector<Denial>& denials, const std::string& reason);
    Standing standing_of(const Gathered& gathered);
    bool is_wanted(const Standing& standing, const std::vector<Denial>& denials,
                   Suggestion& suggestion);
    void add_paths(Suggestion& suggestion);
    void add_ports(Suggestion& suggestion);
    void write_with_specifiers(Gathered& gathered) const;
    std::vector<DirectoryNote> notes(const std::vector<PathProposal>& proposals) const;

    std::string policy_;
    const SuggestOptions& options_;
    CurrentPolicy current_;
    GatheredPaths paths_;
    std::map<std::pair<std::string, std::uint16_t>, GatheredPort> ports_;
    std::vector<Refusal> refused_;
};

const policy::Rules* Builder::rules_of(const std::string& policy, const SuggestOptions& options) {
    const auto found = options.policies.find(policy);
    return found == options.policies.end() ? nullptr : &found->second;
}

bool Builder::is_forced(const std::string& path) const {
    return std::any_of(options_.forced.begin(), options_.forced.end(),
                       [&](const std::string& forced) { return covers(forced, path); });
}

// A report's policy is a word of its sender: anybody can run the wrapper with any policy's name,
// and would change the policy of a service by what is denied there.
std::string Builder::problem_with_unit(const Unit& unit) const {
    const auto facts = options_.units.find(unit);
    if (policy_.empty() || facts == options_.units.end() || !facts->second.policies) return {};
    const std::set<std::string>& asked = *facts->second.policies;
    const auto names = policy::names_in(policy_);
    if (std::all_of(names.begin(), names.end(),
                    [&](const std::string& name) { return asked.contains(name); }))
        return {};
    return fmt::format(
        "{} does not ask for the policy {}; anybody can run the wrapper with the name of a policy",
        unit.shown(), policy_);
}

std::string Builder::add_path(const Denial& denial) {
    const std::string& path = denial.what.path;
    const Access& denied = denial.what.blockers.rights;
    if (std::string reason = unusable(path); !reason.empty()) return reason;
    if (denial.tally.path == PathCheck::mismatch)
        return "another object was denied: the process had a root directory of its own, and saw "
               "that object under this path";
    std::string suspected = is_rotated_in_own_directory(path) ? "" : suspicion(path, denied);
    if (suspected.empty() && !denial.proved) suspected = unproved;
    if (!suspected.empty() && !is_forced(path)) return suspected;
    Gathered& gathered = paths_[path];
    PathProposal& proposal = gathered.proposal;
    proposal.path = path;
    proposal.denied |= denied;
    proposal.evidence.add(denial.tally);
    if (!suspected.empty()) proposal.suspicion = suspected;
    proposal.verified = proposal.verified && denial.tally.path == PathCheck::verified;
    gathered.pid = denial.tally.pid;
    gathered.replaced = gathered.replaced || denial.tally.replaced;
    gathered.units.insert(denial.attribution.unit);
    gathered.denials.push_back(denial);
    return {};
}

void Builder::refuse(const std::string& path, const std::string& reason) {
    const auto refused = paths_.extract(path);
    refuse(refused.mapped().denials, reason);
}

void Builder::refuse(const std::vector<Denial>& denials, const std::string& reason) {
    for (const Denial& denial : denials)
        refused_.push_back({denial, reason});
}

void Builder::generalise_processes() {
    std::vector<std::string> found;
    for (const auto& [path, gathered] : paths_)
        if (names_process(path)) found.push_back(path);
    for (const std::string& path : found)
        move_to(paths_, path, "/proc",
                fmt::format("the process ID in {} is another one at each start, so only a rule on "
                            "all of /proc lasts",
                            found.front()));
}

void Builder::generalise_names() {
    std::map<std::pair<std::string, std::string>, std::pair<Variation, std::vector<std::string>>>
        alike;
    for (const auto& [path, gathered] : paths_) {
        if (is_directory(gathered.proposal.denied)) continue;
        const Shape shape = shape_of(base_name(path), gathered.pid);
        if (shape.variation == Variation::none) continue;
        auto& [variation, names] = alike[{directory_of(path), shape.pattern}];
        variation = std::max(variation, shape.variation);
        names.push_back(path);
    }
    for (const auto& [key, found] : alike) {
        const auto& [directory, pattern] = key;
        const auto& [variation, names] = found;
        if (names.size() < evidence_needed(variation)) continue;
        const bool shared = places::is_shared_directory(directory);
        if (shared && variation < Variation::random) continue;
        for (const std::string& path : names) {
            if (shared)
                refuse(path, fmt::format("is a temporary name in {}, which services share: no rule "
                                         "can name it. PrivateTmp= or a directory of its own "
                                         "(RuntimeDirectory=) helps",
                                         directory));
            else
                move_to(paths_, path, directory,
                        fmt::format("{}: {} like {}", name_of(variation), names.size(), pattern));
        }
    }
}

void Builder::generalise_replaced() {
    std::vector<std::pair<std::string, std::string>> moves;
    for (const auto& [path, gathered] : paths_) {
        const std::string directory = directory_of(path);
        const Access& denied = gathered.proposal.denied;
        if (is_directory(denied) || places::is_shared_directory(directory)) continue;
        const auto parent = paths_.find(directory);
        const bool renames = parent != paths_.end() && overlap(denied, changes_file) &&
                             overlap(parent->second.proposal.denied, creates) &&
                             overlap(parent->second.proposal.denied, removes);
        const bool rotated = overlap(denied, places::changes) && is_rotated_in_own_directory(path);
        if (gathered.replaced || renames || rotated) moves.emplace_back(path, directory);
    }
    for (const auto& [path, directory] : moves)
        move_to(paths_, path, directory,
                fmt::format("{} is replaced by renaming: a rule on the file would be lost",
                            base_name(path)));
}

// A proposal may grant more than what was denied, because it is for a directory, uses a group of
// rights, or joins several denials. So the proposal itself is checked, too.
void Builder::refuse_suspicious() {
    std::vector<std::pair<std::string, std::string>> found;
    for (auto& [path, gathered] : paths_) {
        PathProposal& proposal = gathered.proposal;
        choose_group(proposal);
        const std::string suspected = suspicion(path, proposal.grants);
        if (suspected.empty()) continue;
        if (proposal.suspicion.empty()) proposal.suspicion = suspected;
        if (!is_forced(path))
            found.emplace_back(path,
                               proposal.why.empty()
                                   ? suspected
                                   : fmt::format("{}, and {} {}", proposal.why, path, suspected));
    }
    for (const auto& [path, reason] : found)
        refuse(path, reason);
}

// A specifier is used only if it is right for all units of the policy, because they share one text.
void Builder::write_with_specifiers(Gathered& gathered) const {
    PathProposal& proposal = gathered.proposal;
    proposal.written = escape_expansions(proposal.path);
    std::optional<std::pair<std::string, std::string>> agreed;
    for (const Unit& unit : gathered.units) {
        std::pair<std::string, std::string> here(proposal.written, "");
        const auto facts = options_.units.find(unit);
        if (facts == options_.units.end()) return;
        for (const PathAlias& alias : facts->second.aliases) {
            if (!covers(alias.prefix, proposal.path)) continue;
            here = {alias.written + escape_expansions(proposal.path.substr(alias.prefix.size())),
                    alias.why};
            break;
        }
        if (agreed && agreed->first != here.first) return;
        if (!agreed) agreed = here;
    }
    if (!agreed || agreed->second.empty()) return;
    proposal.written = agreed->first;
    proposal.why += (proposal.why.empty() ? "" : "; ") + agreed->second;
}

std::string Builder::add_port(const Denial& denial) {
    // The kernel leaves out port 0. To bind port 0 is to ask for an ephemeral port.
    if (!denial.what.port && denial.what.remote) return "the record has no port";
    if (!denial.proved) return unproved;
    for (const landlock::PortGroup& group : landlock::port_groups) {
        if (!overlap(group.access, denial.what.blockers.rights)) continue;
        GatheredPort& gathered = ports_[{group.key, denial.what.port.value_or(0)}];
        gathered.evidence.add(denial.tally);
        gathered.denials.push_back(denial);
    }
    return {};
}

void Builder::add(const Denial& denial) {
    std::string reason = problem_with_unit(denial.attribution.unit);
    if (reason.empty()) reason = add_allowable(denial);
    if (!reason.empty()) refused_.push_back({denial, std::move(reason)});
}

// Returns why it cannot be proposed.
std::string Builder::add_allowable(const Denial& denial) {
    const Blockers& blockers = denial.what.blockers;
    if (denial.what.many) return "too many different objects were denied to tell them apart";
    if (!blockers.others.empty()) return "no rule of a policy can allow it";
    if (blockers.rights.scope != 0)
        return "a scope is lifted as a whole, not for one object: decide it in the policy's "
               "[scope]";
    return blockers.rights.net != 0 ? add_port(denial) : add_path(denial);
}

std::vector<DirectoryNote> Builder::notes(const std::vector<PathProposal>& proposals) const {
    std::map<std::pair<std::string, std::string>, DirectoryNote> found;
    for (const PathProposal& proposal : proposals) {
        const std::size_t slash = proposal.path.find_last_of('/');
        if (proposal.directory || proposal.key.empty() || slash == 0) continue;
        const std::string directory = proposal.path.substr(0, slash);
        DirectoryNote& note = found[{directory, proposal.key}];
        note.directory = directory;
        note.key = proposal.key;
        ++note.files;
        const auto listed = paths_.find(directory);
        note.listed = listed != paths_.end() &&
                      overlap(listed->second.proposal.denied, access_of("fs.read_dir"));
    }
    std::vector<DirectoryNote> kept;
    for (const auto& [key, note] : found)
        if (note.files >= (note.listed ? many_files_of_listed : many_files)) kept.push_back(note);
    return kept;
}

// One proposal may stand for several denials, and each denial is judged by itself: the rules of the
// policy may name the denied paths, and not the proposed directory.
Standing Builder::standing_of(const Gathered& gathered) {
    Standing all{true, ""};
    for (const Denial& denial : gathered.denials) {
        const Standing one = current_.on_path(denial.attribution.unit, denial.what.path,
                                              denial.what.blockers.rights);
        all.allowed = all.allowed && one.allowed;
        if (all.obstacle.empty()) all.obstacle = one.obstacle;
    }
    return all;
}

// Whether a proposal is of use: the policy does not allow it by now, and nothing keeps it from
// doing so.
bool Builder::is_wanted(const Standing& standing, const std::vector<Denial>& denials,
                        Suggestion& suggestion) {
    if (standing.allowed) ++suggestion.allowed;
    if (!standing.allowed && !standing.obstacle.empty()) refuse(denials, standing.obstacle);
    return !standing.allowed && standing.obstacle.empty();
}

void Builder::add_paths(Suggestion& suggestion) {
    for (auto& [path, gathered] : paths_) {
        const Standing standing = standing_of(gathered);
        choose_group(gathered.proposal);
        write_with_specifiers(gathered);
        if (is_wanted(standing, gathered.denials, suggestion))
            suggestion.paths.push_back(gathered.proposal);
    }
    std::stable_sort(suggestion.paths.begin(), suggestion.paths.end(),
                     [](const PathProposal& a, const PathProposal& b) {
                         return std::tuple(a.key.empty(), a.key) < std::tuple(b.key.empty(), b.key);
                     });
}

void Builder::add_ports(Suggestion& suggestion) {
    for (const auto& [key, gathered] : ports_) {
        const PortProposal proposal{key.second, key.first, gathered.evidence};
        const Standing standing = current_.on_port(proposal.access(), proposal.port);
        if (is_wanted(standing, gathered.denials, suggestion)) suggestion.ports.push_back(proposal);
    }
}

Suggestion Builder::build() {
    Suggestion suggestion;
    suggestion.policy = policy_;
    generalise_processes();
    generalise_names();
    generalise_replaced();
    refuse_suspicious();
    add_paths(suggestion);
    add_ports(suggestion);
    suggestion.notes = notes(suggestion.paths);
    suggestion.refused = std::move(refused_);
    return suggestion;
}

}  // namespace

landlock::Access PortProposal::access() const {
    for (const landlock::PortGroup& group : landlock::port_groups)
        if (key == group.key) return group.access;
    return {};
}

void Evidence::add(const Tally& tally) {
    add(Evidence{tally.count, tally.first, tally.last});
}

void Evidence::add(const Evidence& other) {
    count += other.count;
    first = std::min(first, other.first);
    last = std::max(last, other.last);
}

std::vector<Suggestion> suggest(const std::vector<Denial>& denials, const SuggestOptions& options) {
    std::map<std::string, Builder> builders;
    for (const Denial& denial : denials) {
        const std::string& policy = denial.attribution.policy;
        if (denial.attribution.reason == Reason::attributed)
            builders.try_emplace(policy, policy, options).first->second.add(denial);
    }
    std::vector<Suggestion> all;
    for (auto& [policy, builder] : builders)
        all.push_back(builder.build());
    return all;
}

}  // namespace ringfence::journal
