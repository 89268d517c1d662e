// SPDX-License-Identifier: LGPL-2.1-or-later
#include "places/places.h"

#include <algorithm>
#include <fnmatch.h>

#include "base/path.h"
#include "places/access.h"

namespace ringfence::places {

namespace {

using landlock::Access;

enum class Reach : std::uint8_t { alone, beneath };

struct KindRow {
    Kind kind;
    Reach reach;
    Access rights;
    bool is_shared;  ///< a directory of this kind belongs to more than one service
};

constexpr KindRow kinds[] = {
    {Kind::device_node, Reach::beneath, makes_devices, false},
    {Kind::shared, Reach::alone, reads | changes, true},
    {Kind::programs, Reach::alone, executes, true},
    {Kind::kernel, Reach::alone, any_file_right, true},
    {Kind::home, Reach::alone, reads | changes, true},
    {Kind::control, Reach::beneath, changes, true},
    {Kind::credentials, Reach::beneath, any_file_right - executes, false},
    {Kind::system, Reach::beneath, changes, true},
    {Kind::data, Reach::beneath, executes, false},
    {Kind::commands, Reach::alone, executes, false},
    {Kind::root_socket, Reach::beneath, connects, false},
    {Kind::temporary, Reach::alone, {}, true},
    {Kind::replaced, Reach::alone, any_file_right, false},
    {Kind::rotated, Reach::alone, changes, false},
};

constexpr bool is_indexed_by_kind() {
    for (std::size_t i = 0; i < std::size(kinds); ++i)
        if (kinds[i].kind != static_cast<Kind>(i)) return false;
    return true;
}
static_assert(is_indexed_by_kind());

const KindRow& row_of(Kind kind) {
    return kinds[static_cast<std::size_t>(kind)];
}

// Other names of the places in the table, from file-hierarchy(7) and systemd.exec(5). With
// "DynamicUser=", the directories of a service are in "private", and the usual path is a link.
struct Alias {
    std::string_view name, place;
};
constexpr Alias aliases[] = {
    {"/bin", "/usr/bin"},
    {"/sbin", "/usr/sbin"},
    {"/lib", "/usr/lib"},
    {"/lib32", "/usr/lib32"},
    {"/lib64", "/usr/lib64"},
    {"/libx32", "/usr/libx32"},
    {"/var/run", "/run"},
    {"/var/lock", "/run/lock"},
    {"/var/mail", "/var/spool/mail"},
    {"/var/lib/private", "/var/lib"},
    {"/var/cache/private", "/var/cache"},
    {"/var/log/private", "/var/log"},
    {"/run/private", "/run"},
};

std::string canonical(std::string_view path) {
    std::string simple = simplify_path(path);
    for (const Alias& alias : aliases)
        if (covers(alias.name, simple)) {
            simple.replace(0, alias.name.size(), alias.place);
            return canonical(simple);  // "/var/run/private/x"
        }
    return simple;
}

// How the pattern of a row is compared. Each question goes through all rows, so fnmatch(3) is
// called only for the few patterns that need it.
enum class Form : std::uint8_t {
    literal,
    tail,  ///< "*" and what the path ends with
    pattern,
};

struct Row {
    const Place* place;
    std::string_view glob;
    Form form;
    const KindRow& kind;
    bool is_anchored;
    std::vector<std::string> above;  ///< the patterns of the directories that the place is in
};

Form form_of(std::string_view glob) {
    constexpr std::string_view special = "*?[";
    if (glob.find_first_of(special) == std::string_view::npos) return Form::literal;
    if (glob.front() == '*' && glob.find_first_of(special, 1) == std::string_view::npos)
        return Form::tail;
    return Form::pattern;
}

Row make_row(const Place& place) {
    const std::string_view glob = place.glob;
    std::vector<std::string> above = with_parents(glob);
    above.erase(above.begin());
    return {&place,
            glob,
            form_of(glob),
            row_of(place.kind),
            glob.front() == '/' || glob.front() == '%',
            std::move(above)};
}

const std::vector<Row>& prepared_rows() {
    static const std::vector<Row> all = [] {
        std::vector<Row> made;
        for (const Place& place : table())
            made.push_back(make_row(place));
        return made;
    }();
    return all;
}

bool matches_pattern(const Row& row, const std::string& glob, const std::string& path) {
    return ::fnmatch(glob.c_str(), path.c_str(), row.is_anchored ? FNM_PATHNAME : 0) == 0;
}

bool matches(const Row& row, const std::string& path) {
    switch (row.form) {
        case Form::literal:
            return path == row.glob;
        case Form::tail:
            return path.ends_with(row.glob.substr(1));
        case Form::pattern:
            return matches_pattern(row, row.place->glob, path);
    }
    return false;
}

// `chain` has a canonical path and its parents.
std::optional<Match> match(const Row& row, const std::vector<std::string>& chain) {
    if (matches(row, chain.front())) return Match{row.place, chain.front(), Relation::itself};
    if (row.kind.reach == Reach::alone) return std::nullopt;
    if (row.form == Form::literal && !is_beneath(chain.front(), row.glob)) return std::nullopt;
    const auto parent = std::find_if(chain.begin() + 1, chain.end(),
                                     [&](const std::string& above) { return matches(row, above); });
    if (parent == chain.end()) return std::nullopt;
    return Match{row.place, *parent, Relation::inside};
}

// Only reading and changing reach a place that is further down. Listing a directory, connecting and
// device control do not do what makes the place sensitive.
bool holds(const std::string& path, const Row& row, const Access& access) {
    const bool reaches = row.kind.kind == Kind::control || row.kind.kind == Kind::credentials;
    const Access rights = row.kind.rights & (reads | changes);
    if (!reaches || (rights & access).empty() || !row.is_anchored) return false;
    if (row.form == Form::literal) return is_beneath(row.glob, path);
    return std::any_of(row.above.begin(), row.above.end(),
                       [&](const std::string& glob) { return matches_pattern(row, glob, path); });
}

}  // namespace

std::optional<Match> place_of(std::string_view path, const Access& access) {
    const std::vector<std::string> chain = with_parents(canonical(path));
    for (const Row& row : prepared_rows())
        if (!(row.kind.rights & access).empty())
            if (auto found = match(row, chain)) return found;
    for (const Row& row : prepared_rows())
        if (holds(chain.front(), row, access))
            return Match{row.place, row.place->glob, Relation::holds};
    return std::nullopt;
}

std::optional<Match> place_of(std::string_view path, Kind kind) {
    const std::vector<std::string> chain = with_parents(canonical(path));
    for (const Row& row : prepared_rows())
        if (row.kind.kind == kind)
            if (auto found = match(row, chain)) return found;
    return std::nullopt;
}

std::vector<const Place*> places_beneath(std::string_view path, Kind kind, const Access& access) {
    const std::string simple = canonical(path);
    std::vector<const Place*> found;
    for (const Row& row : prepared_rows())
        if (row.kind.kind == kind && holds(simple, row, access)) found.push_back(row.place);
    return found;
}

bool is_shared_directory(std::string_view path) {
    const std::string simple = canonical(path);
    return std::any_of(prepared_rows().begin(), prepared_rows().end(),
                       [&](const Row& row) { return row.kind.is_shared && matches(row, simple); });
}

Access sensitive_rights(Kind kind) {
    return row_of(kind).rights;
}

}  // namespace ringfence::places
