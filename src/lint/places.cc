// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks for rules on sensitive places (places/places.h). At most one check reports a right of a
// rule: the check for the kind of the first place that makes the right sensitive.
#include "places/places.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/path.h"
#include "lint/check.h"
#include "lint/facts.h"
#include "lint/grants.h"
#include "policy/model/right_names.h"

namespace ringfence::lint {

namespace {

using landlock::Access;
using places::Kind;
using places::Match;
using places::Relation;
using policy::PathRule;

struct Concern {
    Match match;
    Access access;  ///< the rights that are sensitive there
};

std::string path_of(const Subject& subject, const PathRule& rule) {
    return expand(subject, rule.path).value_or(simplify_path(rule.path));
}

std::vector<Concern> concerns(const std::string& path, const Access& access) {
    std::vector<Concern> found;
    for (const landlock::Right& right : landlock::rights) {
        if (!access.contains(right.access())) continue;
        auto match = places::place_of(path, right.access());
        if (!match) continue;
        const auto same = std::find_if(found.begin(), found.end(), [&](const Concern& known) {
            return known.match.place == match->place;
        });
        if (same == found.end())
            found.push_back({std::move(*match), right.access()});
        else
            same->access |= right.access();
    }
    return found;
}

// Only the rules of the first layer are visited, because further layers only take rights away.
// Rights that they take away are not reported.
template <class Function>
void each_concern(const Subject& subject, const Access& rights, std::initializer_list<Kind> kinds,
                  const Function& take) {
    const Grants grants(subject, subject.rules);
    for (const PathRule& rule : subject.rules.layers.front().paths)
        for (const Concern& concern : concerns(path_of(subject, rule), grants.of(rule) & rights))
            if (std::find(kinds.begin(), kinds.end(), concern.match.place->kind) != kinds.end())
                take(rule, concern);
}

// What the message says if the place is further down in the directory.
const char* kept_in(Kind kind) {
    return kind == Kind::credentials ? "credentials" : "what decides which programs run";
}

std::string message_of(const Subject& subject, const PathRule& rule, const Concern& concern,
                       const char* may) {
    const Match& match = concern.match;
    if (match.relation == Relation::itself)
        return fmt::format("{} \"{}\", which {}", may, rule.path, match.place->what);
    if (match.relation == Relation::inside)
        return fmt::format("{} \"{}\"; \"{}\" {}", may, rule.path, match.at, match.place->what);
    std::vector<std::string> inside;
    for (const places::Place* place :
         places::places_beneath(path_of(subject, rule), match.place->kind, concern.access))
        inside.emplace_back(place->glob);
    return fmt::format("\"{}\" holds {}: {}", rule.path, kept_in(match.place->kind),
                       list_of(inside));
}

void report_places(const Subject& subject, Reporter& report, const Access& rights,
                   std::initializer_list<Kind> kinds, const char* may) {
    each_concern(subject, rights, kinds, [&](const PathRule& rule, const Concern& concern) {
        report.add(policy::origins_of(rule, concern.access), rule.path,
                   message_of(subject, rule, concern, may));
    });
}

const char* use_of_credentials(const Access& access) {
    if (!(access & places::reads).empty()) return "it may read";
    return (access & places::changes).empty() ? "it may use" : "it may change";
}

}  // namespace

void check_broad_write(const Subject& subject, Reporter& report) {
    report_places(subject, report, places::changes, {Kind::shared, Kind::system, Kind::home},
                  "it may change files in");
}

void check_control_write(const Subject& subject, Reporter& report) {
    report_places(subject, report, places::changes, {Kind::control}, "it may change");
}

void check_broad_read(const Subject& subject, Reporter& report) {
    report_places(subject, report, places::reads, {Kind::shared, Kind::home},
                  "it may read everything in");
}

void check_broad_execute(const Subject& subject, Reporter& report) {
    report_places(subject, report, places::executes, {Kind::programs},
                  "it may execute everything in");
}

void check_data_execute(const Subject& subject, Reporter& report) {
    report_places(subject, report, places::executes, {Kind::data}, "it may execute");
}

void check_command_execute(const Subject& subject, Reporter& report) {
    report_places(subject, report, places::executes, {Kind::commands}, "it may execute");
}

void check_whole_tree(const Subject& subject, Reporter& report) {
    each_concern(subject, places::any_file_right, {Kind::kernel},
                 [&](const PathRule& rule, const Concern& concern) {
                     report.add(policy::origins_of(rule, concern.access), rule.path,
                                fmt::format("{} on all of \"{}\", which {}",
                                            policy::joined_right_names(concern.access), rule.path,
                                            concern.match.place->what));
                 });
}

void check_credentials(const Subject& subject, Reporter& report) {
    each_concern(subject, places::any_file_right, {Kind::credentials},
                 [&](const PathRule& rule, const Concern& concern) {
                     report.add(
                         policy::origins_of(rule, concern.access), rule.path,
                         message_of(subject, rule, concern, use_of_credentials(concern.access)));
                 });
}

void check_device_node(const Subject& subject, Reporter& report) {
    each_concern(subject, places::makes_devices, {Kind::device_node},
                 [&](const PathRule& rule, const Concern& concern) {
                     report.add(policy::origins_of(rule, concern.access), rule.path,
                                fmt::format("it may make device nodes in \"{}\"", rule.path));
                 });
}

void check_root_socket(const Subject& subject, Reporter& report) {
    report_places(subject, report, places::connects, {Kind::root_socket}, "it may connect to");
}

void check_replaced_file(const Subject& subject, Reporter& report) {
    for (const PathRule& rule : subject.rules.layers.front().paths) {
        const std::string path = path_of(subject, rule);
        const auto replaced = places::place_of(path, Kind::replaced);
        const auto rotated = places::place_of(path, Kind::rotated);
        if (replaced)
            report.add(rule.origins, rule.path,
                       fmt::format("\"{}\" {}", rule.path, replaced->place->what));
        else if (rotated && !(rule.access & places::changes).empty())
            report.add(policy::origins_of(rule, places::changes), rule.path,
                       fmt::format("\"{}\" {}", rule.path, rotated->place->what),
                       "give the rule to its directory");
    }
}

}  // namespace ringfence::lint
