// SPDX-License-Identifier: LGPL-2.1-or-later
// The wrapper's options. Parsing and --help use this one table. The options for groups of rights on
// paths and ports are rows of landlock/groups.h.
#pragma once

#include "exec/failure.h"
#include "landlock/capabilities.h"
#include "landlock/groups.h"

namespace ringfence::exec {

enum class OptionKind : std::uint8_t {
    path_group,
    port_group,
    allow,
    scope,
    unrestricted,
    layer,
    abi,
    minimum_abi,
    quiet,
    log,
    policy,
    digest,
    argv0,
    search_path,
    unset_environment,
    report,
    trust_links,
    failure_status,
    forbid_landlock,
    drop_capabilities,
    stand_in,
    hidden,
    args_fd,
    refuse,
};

struct OptionRow {
    char name[20];  ///< without "--"
    OptionKind kind;
    char value[20];  ///< as --help shows it; empty: the option takes no value
    char help[112];
};

// clang-format off
inline constexpr OptionRow option_rows[] = {
    {"allow",             OptionKind::allow,             "RIGHT,RIGHT:PATH", "exact rights on a file or beneath a directory"},
    {"scope",             OptionKind::scope,             "SCOPE",     "restrict signal, or abstract-unix-socket (ABI 6)"},
    {"unrestricted",      OptionKind::unrestricted,      "RIGHT,RIGHT", "rights that this layer does not restrict"},
    {"layer",             OptionKind::layer,             "",          "start the next ruleset, stacked on the ones before"},
    {"abi",               OptionKind::abi,               "N",         "restrict all rights of ABI 1 to N in this layer; stands before its rules"},
    {"minimum-abi",       OptionKind::minimum_abi,       "N|all",     "refuse to run below ABI N; all: unless everything can be enforced"},
    {"quiet",             OptionKind::quiet,             "PATH",      "do not log denials at PATH (ABI 10)"},
    {"log",               OptionKind::log,               "WHAT,WHAT", "denials to log: new-exec, same-exec, subdomains (the default is all), none"},
    {"policy",            OptionKind::policy,            "NAME",      "the policy's name, for the report"},
    {"digest",            OptionKind::digest,            "HEX",       "the policy's digest, for the report"},
    {"argv0",             OptionKind::argv0,             "TEXT",      "the program's argument 0"},
    {"search-path",       OptionKind::search_path,       "DIR:DIR",   "where a program without a slash is looked for; $PATH is not used"},
    {"unset-environment", OptionKind::unset_environment, "NAME",      "take a variable out of the program's environment"},
    {"report",            OptionKind::report,            "auto|none|WHAT", "reports to send: notify, journal; auto: those that the environment names"},
    {"trust-links",       OptionKind::trust_links,       "root|others|own", "whose symbolic links a rule's path may lead through (the default is others)"},
    {"failure-status",    OptionKind::failure_status,    "N",         "exit status of every failure (ExecCondition= needs 255)"},
    {"forbid-landlock",   OptionKind::forbid_landlock,   "",          "refuse further Landlock calls inside, with which the program could hide its denials"},
    {"drop-capabilities", OptionKind::drop_capabilities, "NAME,NAME", "capabilities to take away for good after the restriction"},
    {"stand-in",          OptionKind::stand_in,          "RIGHT:CHECK:PATH", "what another does for a right; look whether PATH is \"absent\" or \"mounted\""},
    {"hidden",            OptionKind::hidden,            "SETTING:PATH", "a setting of the unit that hides what is beneath PATH, for the message"},
    {"args-fd",           OptionKind::args_fd,           "FD",        "read more options, each ended by NUL, from a descriptor, and close it"},
    {"refuse",            OptionKind::refuse,            "TEXT",      "do not run the program: report TEXT and exit with status 199"},
};

/// A word of --log= or --report=.
struct Word {
    char text[16];
    std::uint8_t mask;
};
inline constexpr std::uint8_t log_new_exec = 1, log_same_exec = 2, log_subdomains = 4;
inline constexpr std::uint8_t log_all = log_new_exec | log_same_exec | log_subdomains;
inline constexpr Word log_words[] = {
    {"new-exec", log_new_exec}, {"same-exec", log_same_exec}, {"subdomains", log_subdomains}, {"none", 0},
};
inline constexpr std::uint8_t report_notify = 1, report_journal = 2, report_auto = 4;
inline constexpr Word report_words[] = {
    {"notify", report_notify}, {"journal", report_journal}, {"auto", report_auto}, {"none", 0},
};
// clang-format on

/// One parsed argument. The views point into the argument, and `value` ends where the argument
/// ends.
struct Option {
    OptionKind kind;
    std::uint8_t index;  ///< row of path_groups or port_groups
    std::string_view value;
    std::string_view argument;  ///< all of it, for messages
};

/// Splits `argument` ("--name=value" or "--layer") and finds its row.
bool parse_option(const char* argument, Option* ret, Failure* failure);

/// A rule on a path, from --read=, --allow=, --quiet= …
struct PathRule {
    landlock::Access access;
    const char* path;
    bool optional;
    bool group;  ///< a group of rights: those that a file cannot have are left out
};

/// A rule on ports first…last.
struct PortRule {
    landlock::Access access;
    std::uint16_t first;
    std::uint16_t last;
};

// Each of these takes an option of its kind, and checks all of the value.
bool parse_path_rule(const Option& option, PathRule* ret, Failure* failure);
bool parse_port_rule(const Option& option, PortRule* ret, Failure* failure);
bool parse_scope(const Option& option, landlock::Access* ret, Failure* failure);
bool parse_rights(const Option& option, std::string_view list, landlock::Access* ret,
                  Failure* failure);
bool parse_capabilities(const Option& option, landlock::CapabilitySet* ret, Failure* failure);
/// How the wrapper checks that a stand-in holds: the path does not exist, or a file system is
/// mounted there.
enum class StandInCheck : std::uint8_t { absent, mounted };
struct StandIn {
    landlock::Access right;
    StandInCheck check;
    const char* path;
};

/// A setting of the unit that hides the files beneath a path from the service.
struct Hidden {
    std::string_view setting;
    std::string_view path;
};

bool parse_hidden(const Option& option, Hidden* ret, Failure* failure);
bool parse_stand_in(const Option& option, StandIn* ret, Failure* failure);
bool parse_words(const Option& option, const Word* words, std::size_t count, std::uint8_t* ret,
                 Failure* failure);

/// Fills in the failure "option ARGUMENT: WHY". Always returns false.
bool refuse_option(const Option& option, std::string_view why, Failure* failure);

/// The text of --help.
void write_help(void (*write)(std::string_view));

}  // namespace ringfence::exec
