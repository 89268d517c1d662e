// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/digest.h"

#include <array>
#include <charconv>
#include <concepts>
#include <string_view>

#include "base/sha256.h"

namespace ringfence::policy {

namespace {

/// Appends the parts of canonical(). It does not use fmt, which is slower: a policy has some fifty
/// lines, and the generator makes the text of every policy.
class CanonicalText {
  public:
    CanonicalText& add(std::string_view text) {
        out.append(text);
        return *this;
    }
    CanonicalText& number(std::integral auto value, int base = 10) {
        std::array<char, 24> digits;
        const auto end = std::to_chars(digits.begin(), digits.end(), value, base).ptr;
        out.append(digits.begin(), end);
        return *this;
    }
    /// A text with its length before it, so that one text cannot look like two.
    CanonicalText& text(std::string_view text) { return number(text.size()).add(":").add(text); }
    CanonicalText& masks(const landlock::Access& access) {
        return number(access.fs, 16)
            .add("/")
            .number(access.net, 16)
            .add("/")
            .number(access.scope, 16);
    }

    std::string out;
};

void add_paths(CanonicalText& text, std::string_view word, const std::vector<PathRule>& rules) {
    for (const PathRule& rule : rules)
        text.add(word)
            .masks(rule.access)
            .add(rule.optional ? " 1 " : " 0 ")
            .text(rule.path)
            .add("\n");
}

void add_layer(CanonicalText& text, const Layer& layer) {
    text.add("layer ").number(layer.abi).add(" ").masks(layer.unrestricted);
    text.add(" ").masks(layer.scopes).add("\n");
    add_paths(text, "path ", layer.paths);
    // They hold in units with a root of their own.
    add_paths(text, "elsewhere ", layer.elsewhere);
    for (const PortRule& rule : layer.ports)
        text.add("port ")
            .masks(rule.access)
            .add(" ")
            .number(rule.first)
            .add(" ")
            .number(rule.last)
            .add("\n");
}

}  // namespace

std::string canonical(const Layer& layer) {
    CanonicalText text;
    add_layer(text, layer);
    return std::move(text.out);
}

std::string canonical(const Rules& rules) {
    CanonicalText text;
    text.out.reserve(4096);
    text.add("ringfence-rules 1\ndescription ").text(rules.description);
    text.add("\nminimum_abi ").number(rules.minimum_abi);
    text.add("\ninherit ").number(rules.inherit ? 1 : 0).add("\n");
    // Only these values change the text, so that policies without the keys keep their digest.
    if (rules.trust_links == landlock::LinkTrust::root) text.add("trust_links root\n");
    if (rules.forbid_landlock) text.add("forbid_landlock 1\n");
    for (const Layer& layer : rules.layers)
        add_layer(text, layer);
    for (const QuietPath& path : rules.quiet)
        text.add(path.optional ? "quiet 1 " : "quiet 0 ").text(path.path).add("\n");
    for (const Directive& directive : rules.systemd)
        text.add("systemd ").text(directive.key).add(" ").text(directive.value).add("\n");
    // As for trust_links. Where a layer has the right, its paths say what it grants.
    if (rules.stand_ins) text.add("stand_ins ").add(stand_in_sockets).add("\n");
    if (rules.layers.front().abi < landlock::abi_needed(landlock::access_of("fs.resolve_unix")))
        for (const SocketGrant& socket : rules.sockets)
            text.add("socket ").text(socket.path).add("\n");
    // As for trust_links: policies that keep none keep their digest.
    for (const landlock::Capability& row : landlock::capabilities)
        if ((rules.dropped_capabilities() & landlock::set_of(row)) == 0)
            text.add("keep ").add(row.name).add("\n");
    return std::move(text.out);
}

std::string digest(const Rules& rules) {
    return hex(sha256(canonical(rules)).data(), 8);
}

}  // namespace ringfence::policy
