// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/language/toml_guard.h"

#include <algorithm>

#include "policy/language/unassigned.h"

namespace ringfence::policy {

namespace {

// No key of a policy has more than four parts.
constexpr unsigned most_dots_a_line = 100;

/// Walks over the text as TOML 1.0 divides it into strings, comments and the rest.
class Guard {
  public:
    Guard(std::string_view text, const std::string& file) : text_(text), file_(file) {}

    Diagnostic run() {
        if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
        while (at_ < text_.size() && problem_.message.empty())
            step();
        return problem_;
    }

  private:
    void step() {
        const char c = text_[at_];
        if (c == '\n') {
            new_line();
        } else if (c == '#') {
            at_ = std::min(text_.find('\n', at_), text_.size());
        } else if (c == '"' || c == '\'') {
            skip_string(c);
        } else {
            check(c);
            ++at_;
        }
    }

    void new_line() {
        ++at_;
        ++line_;
        line_start_ = at_;
        dots_ = 0;
    }

    /// Leaves a string that does not end to the library, which says so.
    void skip_string(char quote) {
        const bool several_lines = text_.substr(at_, 3) == std::string(3, quote);
        const std::string end(several_lines ? 3 : 1, quote);
        at_ += end.size();
        while (at_ < text_.size() && text_.substr(at_, end.size()) != end) {
            if (text_[at_] == '\n' && !several_lines) return;
            const std::string_view rest = text_.substr(at_);
            if (begins_with_unassigned(rest) || (quote == '"' && escapes_unassigned(rest)))
                return report("Unicode has no such character", "leave it out");
            const bool escape = text_[at_] == '\\' && quote == '"' && at_ + 1 < text_.size();
            if (escape && text_[at_ + 1] != '\n') ++at_;
            if (text_[at_] == '\n')
                new_line();
            else
                ++at_;
        }
        at_ = std::min(at_ + end.size(), text_.size());
        // Of five quotes, the first two belong to the string.
        for (int extra = 0; several_lines && extra < 2 && at_ < text_.size() && text_[at_] == quote;
             ++extra)
            ++at_;
    }

    void check(char c) {
        if (static_cast<unsigned char>(c) >= 0x80)
            report("this character may stand in strings and comments only",
                   "quotes are \" or ', blanks and dashes those of the keyboard");
        if (c == '.' && ++dots_ > most_dots_a_line)
            report("too many dots in one line", "a key has a few parts at most");
    }

    void report(std::string message, std::string hint) {
        const auto column = static_cast<unsigned>(at_ - line_start_ + 1);
        problem_ = {{file_, line_, column}, std::move(message), std::move(hint)};
    }

    std::string_view text_;
    const std::string& file_;
    std::size_t at_ = 0;
    std::size_t line_start_ = 0;
    unsigned line_ = 1;
    unsigned dots_ = 0;
    Diagnostic problem_;
};

}  // namespace

Diagnostic guard_toml(std::string_view text, const std::string& file) {
    return Guard(text, file).run();
}

}  // namespace ringfence::policy
