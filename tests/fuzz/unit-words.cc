// SPDX-License-Identifier: LGPL-2.1-or-later
// Words of a setting. Raw texts and positions must be in the input and in order. A word that is
// quoted again must be read as the same value.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "dropin/quote.h"
#include "unit/words.h"

using namespace ringfence;

namespace {

void check(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string text(reinterpret_cast<const char*>(data), size);
    std::erase(text, '\0');  // a line cannot contain NUL
    std::size_t last = 0;
    unit::WordReader words(text);
    for (auto word = words.next(); word && *word; word = words.next()) {
        check((*word)->begin >= last && !(*word)->raw.empty());
        check(text.compare((*word)->begin, (*word)->raw.size(), (*word)->raw) == 0);
        last = (*word)->begin + (*word)->raw.size();
        check(last <= text.size());
        const std::string quoted = dropin::quote_word((*word)->value);
        unit::WordReader again(quoted);
        const auto same = again.next();
        check(same && *same && (*same)->value == (*word)->value && again.at_end());
    }
    check(words.at_end());
    return 0;
}
