// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site/journal_source.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/site/compressed.h"
#include "cli/site/json_entries.h"
#include "journal/spool.h"

namespace ringfence::cli {

using journal::Format;
using journal::Input;
using journal::Source;
using journal::Spool;

namespace {

constexpr char standard_input[] = "-";

// The kernel's records have the PIDs of the initial namespace, whose inode is fixed
// (PROC_PID_INIT_INO in include/linux/proc_ns.h). The journald of this system is in our namespace.
bool in_initial_pid_namespace() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/ns/pid", error) == "pid:[4026531836]";
}

// sd-journal keeps up to 7168 files of a directory open (JOURNAL_FILES_MAX).
void allow_many_files() {
    struct rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);  // at worst opening fails, and says so
}

using OpenedFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

Result<OpenedFile> open_file(const std::string& name) {
    if (name == standard_input) return OpenedFile(stdin, [](std::FILE*) { return 0; });
    OpenedFile file(std::fopen(name.c_str(), "re"), std::fclose);
    const int error = file ? EISDIR : errno;
    std::error_code ignored;
    const bool directory = std::filesystem::is_directory(name, ignored);
    if (file && !directory) return file;
    return fail(name, "cannot be opened: " + std::system_category().message(error));
}

std::string shown_name(const std::string& name) {
    return name == standard_input ? "standard input" : name;
}

// Reads the bytes that tell the format, and gives them back. glibc and musl can take back that
// many.
std::string peek(std::FILE* file) {
    constexpr std::size_t enough = 8;
    std::string bytes;
    for (int c = 0; bytes.size() < enough && (c = std::fgetc(file)) != EOF;)
        bytes.push_back(static_cast<char>(c));
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
        std::ungetc(static_cast<unsigned char>(*byte), file);
    return bytes;
}

// The files of a choice, sorted by their kinds.
class ChosenFiles {
  public:
    /// Adds a file. Its first bytes decide about its kind.
    Result<void> add(const std::string& name);
    Result<void> add_audit_log(const std::string& name);

    /// What the programs that decompressed files warned of, after all was read.
    std::string warnings() const;

    std::vector<std::string> journals;
    std::vector<Input> texts, logs;

  private:
    Result<Input> open(const std::string& name);
    Result<Input> decompressed(const std::string& name, const char* program, std::FILE* file);

    std::vector<OpenedFile> opened_;
    struct Decompressed {
        std::string name;
        std::unique_ptr<Decompression> by;
    };
    std::vector<Decompressed> decompressions_;
};

std::string ChosenFiles::warnings() const {
    std::string all;
    for (const Decompressed& file : decompressions_)
        if (file.by->warned())
            all += fmt::format(
                "{}{}: gzip warns, as it does if other bytes follow the compressed ones; all that "
                "it "
                "decompressed was read",
                all.empty() ? "" : "; ", file.name);
    return all;
}

Result<Input> ChosenFiles::decompressed(const std::string& name, const char* program,
                                        std::FILE* file) {
    const int fd = ::fileno(file);
    if (::lseek(fd, 0, SEEK_SET) != 0)
        return fail(shown_name(name), "is compressed, and cannot be read from a pipe",
                    fmt::format("decompress it in the pipe: {} -dc FILE | …", program));
    auto started = Decompression::start(program, fd, name);
    if (!started) return tl::unexpected(started.error());
    Decompression* decompression = started->get();
    decompressions_.push_back({shown_name(name), *std::move(started)});
    return Input{name, decompression->output(), [=] { return decompression->problem(); }};
}

Result<Input> ChosenFiles::open(const std::string& name) {
    auto file = open_file(name);
    if (!file) return tl::unexpected(file.error());
    opened_.push_back(*std::move(file));
    std::FILE* opened = opened_.back().get();
    if (const char* program = decompressor_of(peek(opened)))
        return decompressed(name, program, opened);
    return Input{shown_name(name), opened, {}};
}

Result<void> ChosenFiles::add(const std::string& name) {
    auto input = open(name);
    if (!input) return tl::unexpected(input.error());
    const Format format = journal::format_of(peek(input->file));
    if (format == Format::journal) {
        if (name == standard_input)
            return fail(shown_name(name), "is a journal file, which cannot be read from a pipe",
                        "name the file itself");
        if (input->problem)
            return fail(name, "is a compressed journal file, which cannot be read as it is",
                        "decompress it first");
        journals.push_back(name);
        return {};
    }
    (format == Format::log ? logs : texts).push_back(*std::move(input));
    return {};
}

Result<void> ChosenFiles::add_audit_log(const std::string& name) {
    auto input = open(name);
    if (!input) return tl::unexpected(input.error());
    logs.push_back(*std::move(input));
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

// Opens the journal that is read together with audit logs: the one that the choice names, or this
// machine's, or none if that cannot be read.
Result<OpenedSource> open_journal(const JournalChoice& choice, const ChosenFiles& files) {
    OpenedSource opened;
    Result<std::unique_ptr<Source>> source;
    const bool named = !choice.directory.empty() || !files.journals.empty() || !files.texts.empty();
    if (!files.journals.empty() && !files.texts.empty())
        return fail("", "journal files and text cannot be read together",
                    "convert the text with systemd-journal-remote(8)");
    if (!choice.directory.empty())
        source = journal::open_journal_directory(choice.directory);
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

Result<OpenedSource> open_source(const JournalChoice& choice) {
    allow_many_files();
    ChosenFiles files;
    for (const std::string& name : choice.files)
        if (auto done = files.add(name); !done) return tl::unexpected(done.error());
    for (const std::string& name : choice.audit_logs)
        if (auto done = files.add_audit_log(name); !done) return tl::unexpected(done.error());
    auto opened = open_journal(choice, files);
    if (opened && !files.logs.empty()) {
        auto log = read_logs(files.logs);
        if (!log) return tl::unexpected(log.error());
        opened->source = journal::join_sources(*std::move(log), std::move(opened->source));
    }
    if (!opened) return opened;
    if (const std::string warnings = files.warnings(); !warnings.empty())
        opened->note += (opened->note.empty() ? "" : "; ") + warnings;
    return opened;
}

Result<OpenedLiveSource> open_live_source(const JournalChoice& choice) {
    allow_many_files();
    auto source = choice.directory.empty() ? journal::open_live_journal()
                                           : journal::open_live_directory(choice.directory);
    if (!source) return tl::unexpected(source.error());
    return OpenedLiveSource{*std::move(source),
                            choice.directory.empty() && in_initial_pid_namespace()};
}

}  // namespace ringfence::cli
