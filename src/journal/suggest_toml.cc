// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes a suggestion as the text of a policy drop-in.
#include <algorithm>
#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/timestamp.h"
#include "base/utf8.h"
#include "journal/suggest.h"
#include "policy/model/right_names.h"

namespace ringfence::journal {

namespace {

// Times are in UTC, so that the text means the same everywhere.
std::string when(Time time) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(whole_seconds(time)));
}

std::string evidence_text(const Evidence& evidence) {
    const std::string first = when(evidence.first), last = when(evidence.last);
    if (first == last)
        return fmt::format("denied {}, {} UTC",
                           evidence.count == 1 ? "once" : fmt::format("{} times", evidence.count),
                           first);
    return fmt::format("denied {} times, {} to {} UTC", evidence.count, first, last);
}

std::string object_text(const Denial& denial) {
    const DenialKey& what = denial.what;
    if (what.many) return "many objects";
    switch (what.type) {
        case ObjectType::path:
            return toml_text(what.path);
        case ObjectType::port:
            return fmt::format("port {}", what.port.value_or(0));
        case ObjectType::process:
            return fmt::format("process {}", toml_text(what.comm));
        case ObjectType::unix_socket:
            return (what.abstract ? "@" : "") + toml_text(what.path);
        case ObjectType::none:
            break;
    }
    return "no object recorded";
}

std::string head_text(const Suggestion& suggestion) {
    if (suggestion.policy.empty())
        return "# For fences whose policy has no name or whose reports disagree about it: put "
               "these\n"
               "# lines where their rules are.\n";
    return fmt::format(
        "# For the policy {0}: review each line, then save it as\n"
        "# /etc/ringfence/policies/{0}.toml.d/50-review.toml\n",
        toml_text(suggestion.policy));
}

std::string path_comment(const PathProposal& proposal, const char* indent) {
    return fmt::format("{}# {}\n", indent, comment_of(proposal));
}

std::string list_texts(const Suggestion& suggestion) {
    std::string text, key;
    for (const PathProposal& proposal : suggestion.paths) {
        if (proposal.key.empty()) break;  // exact rules come last
        if (key.empty()) text += "\n[filesystem]\n";
        if (proposal.key != key)
            text += fmt::format("{}{} = [\n", key.empty() ? "" : "]\n", proposal.key);
        key = proposal.key;
        text += path_comment(proposal, "    ");
        text += fmt::format("    {},\n", "\"" + toml_text(proposal.written) + "\"");
    }
    return key.empty() ? text : text + "]\n";
}

std::string rule_texts(const Suggestion& suggestion) {
    std::string text;
    for (const PathProposal& proposal : suggestion.paths) {
        if (!proposal.key.empty()) continue;
        text += "\n[[filesystem.rule]]\n" + path_comment(proposal, "");
        text +=
            fmt::format("path = {}\nallow = [\"{}\"]\n", "\"" + toml_text(proposal.written) + "\"",
                        policy::joined_right_names(proposal.grants, "\", \""));
    }
    return text;
}

std::string port_texts(const Suggestion& suggestion) {
    std::string text, key;
    for (const PortProposal& proposal : suggestion.ports) {
        if (key.empty())
            text +=
                "\n# Check each port: nothing here tells the service's own from an "
                "intruder's.\n[network]\n";
        if (proposal.key != key)
            text += fmt::format("{}{} = [\n", key.empty() ? "" : "]\n", proposal.key);
        key = proposal.key;
        text += fmt::format("    # {}\n    {},\n", comment_of(proposal), proposal.port);
    }
    return key.empty() ? text : text + "]\n";
}

std::string note_texts(const Suggestion& suggestion) {
    std::string text;
    for (const DirectoryNote& note : suggestion.notes)
        text += fmt::format(
            "\n# {} files of {}{} are in {} above. If the service is meant to have\n"
            "# all of that directory, name the directory instead.\n",
            note.files, toml_text(note.directory),
            note.listed ? " (which it also tried to list)" : "", note.key);
    return text;
}

std::string refusal_texts(const Suggestion& suggestion) {
    std::string text = suggestion.refused.empty() ? "" : "\n# Not proposed:\n";
    for (const Refusal& refusal : suggestion.refused) {
        Evidence evidence;
        evidence.add(refusal.denial.tally);
        text += fmt::format(
            "# - {} on {} ({}): {}\n",
            toml_text(fmt::format("{}", fmt::join(refusal.denial.what.blockers.names(), ", "))),
            object_text(refusal.denial), evidence_text(evidence), toml_text(refusal.reason));
    }
    return text;
}

std::string allowed_text(const Suggestion& suggestion) {
    if (suggestion.allowed == 0) return {};
    return fmt::format("\n# {} more {} denied before: the policy allows {} by now.\n",
                       suggestion.allowed, suggestion.allowed == 1 ? "was" : "were",
                       suggestion.allowed == 1 ? "it" : "them");
}

}  // namespace

// Escapes a text for a TOML basic string (TOML 1.0, "String"). Paths that are not UTF-8 are refused
// before. In comments, bytes that are not UTF-8 are shown as \xNN.
std::string toml_text(std::string_view text) {
    std::string escaped;
    while (!text.empty()) {
        const Character character = first_character(text);
        const std::size_t length = std::max<std::size_t>(character.length, 1);
        if (character.length == 0)
            escaped += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
        else if (character.code == '"' || character.code == '\\')
            escaped += fmt::format("\\{}", text[0]);
        else if (is_hidden(character.code))
            escaped += character.code > 0xffff
                           ? fmt::format("\\U{:08x}", static_cast<std::uint32_t>(character.code))
                           : fmt::format("\\u{:04x}", static_cast<std::uint32_t>(character.code));
        else
            escaped += text.substr(0, length);
        text.remove_prefix(length);
    }
    return escaped;
}

std::string comment_of(const PathProposal& proposal) {
    std::string text = fmt::format("{}: {}", evidence_text(proposal.evidence),
                                   policy::joined_right_names(proposal.denied));
    const landlock::Access more = proposal.grants - proposal.denied;
    if (!more.empty()) text += fmt::format("; also grants {}", policy::joined_right_names(more));
    if (proposal.directory) text += "; for everything beneath";
    if (!proposal.verified) text += "; path not verified";
    if (!proposal.why.empty()) text += "; " + toml_text(proposal.why);
    if (!proposal.suspicion.empty()) text += "; FORCED, though it " + toml_text(proposal.suspicion);
    return text;
}

std::string comment_of(const PortProposal& proposal) {
    return evidence_text(proposal.evidence) +
           (proposal.port == 0 ? "; 0 stands for the ephemeral ports" : "");
}

std::string to_toml(const Suggestion& suggestion) {
    std::string text = head_text(suggestion);
    if (!suggestion.empty()) text += "version = 1\n";
    return text + list_texts(suggestion) + rule_texts(suggestion) + port_texts(suggestion) +
           note_texts(suggestion) + allowed_text(suggestion) + refusal_texts(suggestion);
}

}  // namespace ringfence::journal
