// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/spool.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include "base/fd.h"
#include "journal/loss.h"
#include "journal/wrapper_report.h"
#include "landlock/report.h"

namespace ringfence::journal {

namespace {

// Each start of a service takes a row. Further invocations are not kept. This only loses claims,
// which attribute no denial (attribution.h, rule 6).
constexpr std::size_t most_invocations = 100000;

// In place of the pass of an entry that was taken back.
constexpr auto withdrawn = static_cast<Pass>(0xff);

tl::unexpected<Diagnostics> spool_error(const char* what) {
    return fail("the temporary file",
                std::string(what) + ": " + std::system_category().message(errno),
                "set $TMPDIR to a directory with room for the audit records of the input");
}

Fd open_unnamed() {
    const char* chosen = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): one thread
    for (const char* directory : {chosen, "/var/tmp", "/tmp"}) {
        if (directory == nullptr) continue;
        Fd fd(::open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
        if (fd) return fd;
    }
    return Fd();
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::make(bool knows_boots) {
    Fd fd = open_unnamed();
    if (!fd) return spool_error("cannot be made");
    File file(::fdopen(fd.get(), "w+"), std::fclose);
    if (!file) return spool_error("cannot be made");
    fd.release();
    return std::unique_ptr<Spool>(new Spool(std::move(file), knows_boots));
}

Result<void> Spool::write(const void* data, std::size_t size) {
    if (std::fwrite(data, 1, size, file_.get()) != size) return spool_error("cannot be written");
    size_ += size;
    return {};
}

Result<void> Spool::write_text(std::string_view text) {
    const std::size_t size = text.size();
    if (auto done = write(&size, sizeof size); !done) return done;
    return write(text.data(), size);
}

void Spool::note_invocation(const Entry& entry) {
    const auto id = entry.field("_SYSTEMD_INVOCATION_ID");
    if (!id || invocations_.size() >= most_invocations) return;
    const std::string_view digits = id->substr(0, report::tag_digits);
    if (invocations_.contains(digits)) return;
    const Unit unit{std::string(entry.field("_SYSTEMD_UNIT").value_or("")),
                    std::string(entry.field("_SYSTEMD_USER_UNIT").value_or(""))};
    if (!unit.empty()) invocations_.emplace(digits, unit);
}

Result<void> Spool::add(const Entry& entry) {
    note_invocation(entry);
    const auto pass = pass_of(entry);
    if (!pass) return {};
    printed_ = printed_ || entry.field("_TRANSPORT") == transport_kernel;
    const std::size_t count = entry.fields.size();
    if (auto done = write(&*pass, sizeof *pass); !done) return done;
    if (auto done = write(&entry.time, sizeof entry.time); !done) return done;
    if (auto done = write(&entry.boot, sizeof entry.boot); !done) return done;
    if (auto done = write(&count, sizeof count); !done) return done;
    for (const auto& [name, value] : entry.fields)
        for (const std::string& text : {std::cref(name), std::cref(value)})
            if (auto done = write_text(text); !done) return done;
    return {};
}

Result<void> Spool::withdraw(std::uint64_t position) {
    std::FILE* file = file_.get();
    if (::fseeko(file, static_cast<off_t>(position), SEEK_SET) != 0 ||
        std::fwrite(&withdrawn, sizeof withdrawn, 1, file) != 1 ||
        std::fseek(file, 0, SEEK_END) != 0)
        return spool_error("cannot be written");
    return {};
}

Result<void> Spool::select(const Selection& selection) {
    selection_ = selection;
    if (std::fflush(file_.get()) != 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0)
        return spool_error("cannot be written");
    return {};
}

bool Spool::read(void* data, std::size_t size) {
    return std::fread(data, 1, size, file_.get()) == size;
}

bool Spool::read_text(std::string& text) {
    std::size_t size = 0;
    if (!read(&size, sizeof size)) return false;
    text.resize(size);
    return read(text.data(), size);
}

// The sizes in the file can be trusted, because the file is our own.
bool Spool::read_entry() {
    std::size_t count = 0;
    if (!read(&pass_, sizeof pass_) || !read(&entry_.time, sizeof entry_.time) ||
        !read(&entry_.boot, sizeof entry_.boot) || !read(&count, sizeof count))
        return false;
    entry_.fields.resize(count);
    for (auto& [name, value] : entry_.fields)
        if (!read_text(name) || !read_text(value)) return false;
    return true;
}

Result<bool> Spool::next() {
    while (read_entry()) {
        const bool in_time = entry_.time >= selection_.since && entry_.time <= selection_.until;
        const bool in_boot = !selection_.boot || *selection_.boot == entry_.boot;
        if (pass_ == selection_.pass && in_time && in_boot) return true;
    }
    if (std::ferror(file_.get()) != 0) return spool_error("cannot be read");
    return false;
}

std::optional<std::string_view> Spool::field(const char* name) {
    return entry_.field(name);
}

Result<std::vector<Unit>> Spool::units_of_invocation(std::string_view digits) {
    std::vector<Unit> units;
    for (auto found = invocations_.lower_bound(digits);
         found != invocations_.end() && found->first.starts_with(digits); ++found)
        units.push_back(found->second);
    return units;
}

}  // namespace ringfence::journal
