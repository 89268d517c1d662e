// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/arguments.h"

#include "exec/sys.h"

namespace ringfence::exec {

namespace {

constexpr char args_fd_prefix[] = "--args-fd=";

// More than any command line may hold. It limits the memory that a hostile writer can make the
// wrapper map.
constexpr std::size_t text_limit = std::size_t{8} << 20;

bool refuse(Failure* failure, std::string_view option, std::string_view why) {
    failure->text.clear();
    failure->text.add("option ").add(option).add(": ").add(why);
    return false;
}

}  // namespace

const char* Arguments::Cursor::next() {
    if (inserted_ != nullptr && inserted_ != list_->text_end_) {
        const char* const argument = inserted_;
        while (*inserted_ != '\0')
            ++inserted_;
        ++inserted_;
        return argument;
    }
    while (argument_ != list_->end_) {
        char* const* const here = argument_++;
        if (here != list_->source_) return *here;
        inserted_ = list_->text_;
        if (inserted_ != list_->text_end_) return next();
    }
    return nullptr;
}

bool Arguments::load(char* const* argv, Failure* failure) {
    first_ = argv[0] == nullptr ? argv : argv + 1;
    end_ = first_;
    for (; *end_ != nullptr && std::string_view(*end_) != "--"; ++end_) {
        const std::string_view argument = *end_;
        if (!argument.starts_with(args_fd_prefix)) continue;
        if (source_ != nullptr) return refuse(failure, argument, "given twice");
        source_ = end_;
    }
    count_ = static_cast<std::size_t>(end_ - first_);
    if (*end_ != nullptr && end_[1] != nullptr) program_ = end_ + 1;
    return source_ == nullptr || load_descriptor(*source_, failure);
}

bool Arguments::load_descriptor(std::string_view option, Failure* failure) {
    std::string_view digits = option;
    digits.remove_prefix(sizeof args_fd_prefix - 1);
    const auto fd = parse_number(digits, 0x7fffffff);
    if (!fd) return refuse(failure, option, "not a descriptor's number");
    if (!read_whole(static_cast<int>(*fd), option, failure)) return false;
    sys::close(static_cast<int>(*fd));
    if (text_ != text_end_ && text_end_[-1] != '\0')
        return refuse(failure, option,
                      "the list is cut short: its last option does not end in NUL");
    Cursor cursor = begin();
    for (const char* argument = cursor.next(); argument != nullptr; argument = cursor.next()) {
        const std::string_view text = argument;
        if (text == "--" || text.starts_with(args_fd_prefix))
            return refuse(failure, option, "the list must hold neither \"--\" nor --args-fd=");
    }
    return true;
}

bool Arguments::read_whole(int fd, std::string_view option, Failure* failure) {
    std::size_t capacity = 0;
    std::size_t size = 0;
    char* memory = nullptr;
    for (;;) {
        if (size == capacity) {
            const std::size_t larger = capacity == 0 ? 65536 : capacity * 2;
            if (larger > text_limit)
                return refuse(failure, option, "the list is longer than 8 MiB");
            const long mapped = sys::map(larger);
            if (mapped < 0 && mapped > -4096) {
                set_failure(failure, report::exit_refused, mapped, "memory for option ", option);
                return false;
            }
            char* const bigger = reinterpret_cast<char*>(mapped);
            for (std::size_t i = 0; i < size; ++i)
                bigger[i] = memory[i];
            memory = bigger;  // the smaller piece stays mapped until execve(2)
            capacity = larger;
        }
        const long n = sys::read(fd, memory + size, capacity - size);
        if (n == -sys::eintr) continue;
        if (n < 0) {
            set_failure(failure, report::exit_refused, n, "cannot read option ", option);
            return false;
        }
        if (n == 0) break;
        size += static_cast<std::size_t>(n);
    }
    text_ = memory;
    text_end_ = memory + size;
    return true;
}

}  // namespace ringfence::exec
