// SPDX-License-Identifier: LGPL-2.1-or-later
#include "generators/log.h"

#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace ringfence::generator {

namespace {

// A record of /dev/kmsg has at most 1024 bytes with its prefix (LOG_LINE_MAX in printk.c).
constexpr std::size_t record_max = 900;

void write_record(int fd, const std::string& record) {
    // There is no other place for a message that cannot be written.
    if (::write(fd, record.data(), record.size()) < 0) return;
}

}  // namespace

Log::Log(Sink sink) : terminal_(::isatty(STDERR_FILENO) == 1) {
    if (sink == Sink::kernel) kernel_ = Fd(::open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY));
}

void Log::write(Priority priority, const std::string& text) const {
    const std::string level =
        terminal_ && !kernel_ ? "" : "<" + std::to_string(static_cast<int>(priority)) + ">";
    const std::string head = level + "ringfence-generator[" + std::to_string(::getpid()) + "]: ";
    if (!kernel_) return write_record(STDERR_FILENO, head + text + "\n");
    for (std::size_t at = 0; at == 0 || at < text.size(); at += record_max)
        write_record(kernel_.get(), head + text.substr(at, record_max) + "\n");
}

}  // namespace ringfence::generator
