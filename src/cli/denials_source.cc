// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials_source.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <sys/resource.h>
#include <system_error>

#include "cli/json_entries.h"
#include "journal/spool.h"

namespace ringfence::cli {

using journal::Format;
using journal::Input;
using journal::Source;
using journal::Spool;

namespace {

constexpr char standard_input[] = "-";

// PIDs of the kernel's records are those of the initial namespace, whose inode is fixed
// (PROC_PID_INIT_INO, include/linux/proc_ns.h); journald of this system shares ours.
bool in_initial_pid_namespace() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/ns/pid", error) == "pid:[4026531836]";
}

// sd-journal keeps every file of a directory open, up to 7168 of them (JOURNAL_FILES_MAX).
void allow_many_files() {
    struct rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);  // at worst opening fails, and says so
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File open_file(const std::string& name) {
    if (name == standard_input) return File(stdin, [](std::FILE*) { return 0; });
    return File(std::fopen(name.c_str(), "re"), std::fclose);
}

// What the request names, sorted by kind.
class Files {
  public:
    Result<void> add(const std::string& name, bool audit_log);

    std::vector<std::string> journals;
    std::vector<Input> texts, logs;

  private:
    Result<void> add_opened(const std::string& name, File file);
    std::vector<File> opened_;
};

Result<void> Files::add_opened(const std::string& name, File file) {
    // Peeked at with one byte only: that much can be put back whatever the file is.
    const std::string shown = name == standard_input ? "standard input" : name;
    const int first = std::fgetc(file.get());
    if (first != EOF) std::ungetc(first, file.get());
    const bool lower = first == 't' || first == 'n';  // "type=", "node="
    if (first == 'L') {
        if (name == standard_input)
            return fail(shown, "is a journal file, which cannot be read from a pipe",
                        "name the file itself");
        journals.push_back(name);
        return {};
    }
    (lower ? logs : texts).push_back({shown, file.get()});
    opened_.push_back(std::move(file));
    return {};
}

Result<void> Files::add(const std::string& name, bool audit_log) {
    std::error_code ignored;
    File file = open_file(name);
    if (!file || std::filesystem::is_directory(name, ignored))
        return fail(name, "cannot open: " + std::system_category().message(file ? EISDIR : errno));
    if (!audit_log) return add_opened(name, std::move(file));
    logs.push_back({name == standard_input ? "standard input" : name, file.get()});
    opened_.push_back(std::move(file));
    return {};
}

Result<std::unique_ptr<Source>> read_texts(const std::vector<Input>& texts) {
    auto spool = Spool::make(true);
    if (!spool) return tl::unexpected(spool.error());
    for (const Input& input : texts)
        if (auto done = journal::read_text(input, parse_json_entry, **spool); !done)
            return tl::unexpected(done.error());
    return *std::move(spool);
}

Result<std::unique_ptr<Source>> read_logs(const std::vector<Input>& logs) {
    auto spool = Spool::make(false);
    if (!spool) return tl::unexpected(spool.error());
    if (auto done = journal::read_audit_logs(logs, **spool); !done)
        return tl::unexpected(done.error());
    return *std::move(spool);
}

// The journal beside audit logs: the one that was named, else this machine's, else none.
Result<OpenedSource> open_journal(const DenialsRequest& request, const Files& files) {
    OpenedSource opened;
    Result<std::unique_ptr<Source>> source;
    const bool named =
        !request.directory.empty() || !files.journals.empty() || !files.texts.empty();
    if (!files.journals.empty() && !files.texts.empty())
        return fail("", "journal files and text cannot be read together",
                    "convert the text with systemd-journal-remote(8)");
    if (!request.directory.empty())
        source = journal::open_journal_directory(request.directory);
    else if (!files.journals.empty())
        source = journal::open_journal_files(files.journals);
    else if (!files.texts.empty())
        source = read_texts(files.texts);
    else
        source = journal::open_local_journal();
    if (source) {
        opened.source = *std::move(source);
        opened.pids_comparable = !named && in_initial_pid_namespace();
        return opened;
    }
    if (named || files.logs.empty()) return tl::unexpected(source.error());
    auto nothing = Spool::make(true);
    if (!nothing) return tl::unexpected(nothing.error());
    opened.source = *std::move(nothing);
    opened.note =
        "an audit log does not name units: the wrapper's reports are in the journal, and "
        "this machine's cannot be read (" +
        to_string(source.error().front()) + ")";
    return opened;
}

}  // namespace

Result<OpenedSource> open_denials_source(const DenialsRequest& request) {
    allow_many_files();
    Files files;
    for (const std::string& name : request.files)
        if (auto done = files.add(name, false); !done) return tl::unexpected(done.error());
    for (const std::string& name : request.audit_logs)
        if (auto done = files.add(name, true); !done) return tl::unexpected(done.error());
    auto opened = open_journal(request, files);
    if (!opened || files.logs.empty()) return opened;
    auto log = read_logs(files.logs);
    if (!log) return tl::unexpected(log.error());
    opened->source = journal::join_sources(*std::move(log), std::move(opened->source));
    return opened;
}

Result<OpenedLiveSource> open_live_source(const DenialsRequest& request) {
    allow_many_files();
    auto source = request.directory.empty() ? journal::open_live_journal()
                                            : journal::open_live_directory(request.directory);
    if (!source) return tl::unexpected(source.error());
    return OpenedLiveSource{*std::move(source),
                            request.directory.empty() && in_initial_pid_namespace()};
}

}  // namespace ringfence::cli
