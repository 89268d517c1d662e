// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/sha256.h"

#include <algorithm>
#include <bit>

namespace ringfence {

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

constexpr std::uint32_t big_sigma0(std::uint32_t x) {
    return std::rotr(x, 2) ^ std::rotr(x, 13) ^ std::rotr(x, 22);
}
constexpr std::uint32_t big_sigma1(std::uint32_t x) {
    return std::rotr(x, 6) ^ std::rotr(x, 11) ^ std::rotr(x, 25);
}
constexpr std::uint32_t small_sigma0(std::uint32_t x) {
    return std::rotr(x, 7) ^ std::rotr(x, 18) ^ (x >> 3);
}
constexpr std::uint32_t small_sigma1(std::uint32_t x) {
    return std::rotr(x, 17) ^ std::rotr(x, 19) ^ (x >> 10);
}

/// 6.2.2, step 3 for one t, of the words a…h. Instead of moving each to the next one's place, as
/// the standard does, the caller names them in turn: `d` and `h` are the two that change.
inline void round(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t& d,
                  std::uint32_t e, std::uint32_t f, std::uint32_t g, std::uint32_t& h,
                  std::uint32_t k_and_w) {
    h += big_sigma1(e) + (g ^ (e & (f ^ g))) + k_and_w;
    d += h;
    h += big_sigma0(a) + ((a & b) | (c & (a | b)));
}

/// 6.2.2, one block.
void compress(State& state, const std::uint8_t* block) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t t = 0; t < 16; ++t)
        w[t] = static_cast<std::uint32_t>(block[4 * t]) << 24 |
               static_cast<std::uint32_t>(block[4 * t + 1]) << 16 |
               static_cast<std::uint32_t>(block[4 * t + 2]) << 8 | block[4 * t + 3];
    for (std::size_t t = 16; t < 64; ++t)
        w[t] = w[t - 16] + small_sigma0(w[t - 15]) + w[t - 7] + small_sigma1(w[t - 2]);
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t t = 0; t < 64; t += 8) {
        round(a, b, c, d, e, f, g, h, round_constants[t] + w[t]);
        round(h, a, b, c, d, e, f, g, round_constants[t + 1] + w[t + 1]);
        round(g, h, a, b, c, d, e, f, round_constants[t + 2] + w[t + 2]);
        round(f, g, h, a, b, c, d, e, round_constants[t + 3] + w[t + 3]);
        round(e, f, g, h, a, b, c, d, round_constants[t + 4] + w[t + 4]);
        round(d, e, f, g, h, a, b, c, round_constants[t + 5] + w[t + 5]);
        round(c, d, e, f, g, h, a, b, round_constants[t + 6] + w[t + 6]);
        round(b, c, d, e, f, g, h, a, round_constants[t + 7] + w[t + 7]);
    }
    const State working = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < state.size(); ++i)
        state[i] += working[i];
}

}  // namespace

std::array<std::uint8_t, 32> sha256(std::string_view data) {
    State state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(data.data());
    const std::size_t whole = data.size() / block_size * block_size;
    for (std::size_t at = 0; at < whole; at += block_size)
        compress(state, bytes + at);
    // 5.1.1: a one bit, zeros, and the length in bits, to a whole number of blocks.
    std::array<std::uint8_t, 2 * block_size> last{};
    const std::size_t left = data.size() - whole;
    std::copy_n(bytes + whole, left, last.begin());
    last[left] = 0x80;
    const std::size_t end = left + 1 + 8 <= block_size ? block_size : 2 * block_size;
    const std::uint64_t bits = static_cast<std::uint64_t>(data.size()) * 8;
    for (std::size_t i = 0; i < 8; ++i)
        last[end - 1 - i] = static_cast<std::uint8_t>(bits >> (8 * i) & 0xff);
    for (std::size_t at = 0; at < end; at += block_size)
        compress(state, last.data() + at);
    std::array<std::uint8_t, 32> result{};
    for (std::size_t i = 0; i < result.size(); ++i)
        result[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)) & 0xff);
    return result;
}

std::string hex(const std::uint8_t* bytes, std::size_t length) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < length; ++i) {
        out += digits[bytes[i] >> 4];
        out += digits[bytes[i] & 0xf];
    }
    return out;
}

std::string hex(std::string_view bytes) {
    return hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace ringfence
