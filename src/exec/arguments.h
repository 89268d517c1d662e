// SPDX-License-Identifier: LGPL-2.1-or-later
// The arguments before "--". The contents of --args-fd= take the place of that option.
//
// Nothing is copied or stored. The list is walked once to check all of it, and again to apply it.
#pragma once

#include "exec/failure.h"

namespace ringfence::exec {

class Arguments {
  public:
    /// Walks one list from its beginning.
    class Cursor {
      public:
        /// The next argument, NUL-terminated; nullptr at the end.
        const char* next();

      private:
        friend class Arguments;
        explicit Cursor(const Arguments* list) : list_(list), argument_(list->first_) {}

        const Arguments* list_;
        char* const* argument_;
        const char* inserted_ = nullptr;  // inside the text of --args-fd=
    };

    /// `argv` is that of the process and ends with nullptr; argv[0] is skipped. Reads the
    /// descriptor of --args-fd= and closes it, because the service must not inherit it.
    bool load(char* const* argv, Failure* failure);

    Cursor begin() const { return Cursor(this); }

    /// The program and its arguments, which follow "--"; nullptr if there is no "--" or nothing
    /// follows it.
    char* const* program() const { return program_; }

    /// How many arguments stand before "--".
    std::size_t count() const { return count_; }

  private:
    bool load_descriptor(std::string_view option, Failure* failure);
    bool read_whole(int fd, std::string_view option, Failure* failure);

    char* const* first_ = nullptr;
    char* const* end_ = nullptr;
    char* const* program_ = nullptr;
    std::size_t count_ = 0;
    char* const* source_ = nullptr;  // the --args-fd= argument
    const char* text_ = nullptr;     // what was read: arguments, each with its NUL
    const char* text_end_ = nullptr;
};

}  // namespace ringfence::exec
