// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/digest.h"

#include <bit>

#include <fmt/format.h>

namespace ringfence::policy {

namespace {

// FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64
// primes.
constexpr std::array<std::uint32_t, 64> round_constants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using State = std::array<std::uint32_t, 8>;

constexpr std::size_t block_size = 64;

/// 6.2.2, one block.
void compress(State& state, const std::uint8_t* block) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t t = 0; t < 16; ++t)
        w[t] = static_cast<std::uint32_t>(block[4 * t]) << 24 |
               static_cast<std::uint32_t>(block[4 * t + 1]) << 16 |
               static_cast<std::uint32_t>(block[4 * t + 2]) << 8 | block[4 * t + 3];
    for (std::size_t t = 16; t < 64; ++t) {
        const std::uint32_t s0 =
            std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
        const std::uint32_t s1 =
            std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t t = 0; t < 64; ++t) {
        const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
        const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constants[t] + w[t];
        const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
        const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const State working = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < state.size(); ++i)
        state[i] += working[i];
}

std::string text(std::string_view string) {
    return fmt::format("{}:{}", string.size(), string);
}

std::string masks(const landlock::Access& access) {
    return fmt::format("{:x}/{:x}/{:x}", access.fs, access.net, access.scope);
}

}  // namespace

std::array<std::uint8_t, 32> sha256(std::string_view data) {
    State state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    // 5.1.1: a one bit, zeros, and the length in bits, to a whole number of blocks.
    std::string padded(data);
    padded += '\x80';
    while (padded.size() % block_size != block_size - 8)
        padded += '\0';
    const std::uint64_t bits = static_cast<std::uint64_t>(data.size()) * 8;
    for (int shift = 56; shift >= 0; shift -= 8)
        padded += static_cast<char>(bits >> shift & 0xff);
    for (std::size_t at = 0; at < padded.size(); at += block_size)
        compress(state, reinterpret_cast<const std::uint8_t*>(padded.data()) + at);
    std::array<std::uint8_t, 32> result{};
    for (std::size_t i = 0; i < result.size(); ++i)
        result[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)) & 0xff);
    return result;
}

std::string hex(const std::uint8_t* bytes, std::size_t length) {
    std::string out;
    for (std::size_t i = 0; i < length; ++i)
        out += fmt::format("{:02x}", bytes[i]);
    return out;
}

std::string canonical(const Layer& layer) {
    std::string out =
        fmt::format("layer {} {} {}\n", layer.abi, masks(layer.unrestricted), masks(layer.scopes));
    for (const PathRule& rule : layer.paths)
        out += fmt::format("path {} {:d} {}\n", masks(rule.access), rule.optional, text(rule.path));
    for (const PortRule& rule : layer.ports)
        out += fmt::format("port {} {} {}\n", masks(rule.access), rule.first, rule.last);
    return out;
}

std::string canonical(const Rules& rules) {
    std::string out = "ringfence-rules 1\n";
    out += fmt::format("description {}\n", text(rules.description));
    out += fmt::format("minimum_abi {}\ninherit {:d}\n", rules.minimum_abi, rules.inherit);
    for (const Layer& layer : rules.layers)
        out += canonical(layer);
    for (const QuietPath& path : rules.quiet)
        out += fmt::format("quiet {:d} {}\n", path.optional, text(path.path));
    for (const Directive& directive : rules.systemd)
        out += fmt::format("systemd {} {}\n", text(directive.key), text(directive.value));
    return out;
}

std::string digest(const Rules& rules) {
    return hex(sha256(canonical(rules)).data(), 8);
}

}  // namespace ringfence::policy
