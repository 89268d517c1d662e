// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/sd_source.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <functional>
#include <set>
#include <system_error>

#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>

#include "journal/audit_entry.h"
#include "journal/loss.h"
#include "journal/record.h"
#include "landlock/report.h"

namespace ringfence::journal {

namespace {

// All values that are needed are far shorter. journald compresses long values, and with this
// threshold sd-journal need not decompress them completely.
constexpr std::size_t data_threshold = 65536;

// The same limit as in Spool. Invocations are only needed for claims, which attribute no denial.
constexpr std::size_t most_invocations_of_journal = 100000;

// sd_journal_enumerate_available_unique(3) looks up every value in all earlier files. With
// thousands of files this takes minutes.
constexpr std::size_t most_files_for_claims = 200;
constexpr auto longest_for_claims = std::chrono::seconds(2);

constexpr char record_priority[] = "PRIORITY=5";  // pr_notice() in kauditd_printk_skb()

std::size_t count_files(const std::string& directory) {
    namespace fs = std::filesystem;
    std::size_t count = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(directory, error), end; entry != end && !error;
         entry.increment(error)) {
        if (entry.depth() > 0) entry.disable_recursion_pending();  // one level, as in sd-journal
        if (entry->path().extension() == ".journal") ++count;
    }
    return count;
}

struct CloseJournal {
    void operator()(sd_journal* journal) const { sd_journal_close(journal); }
};
using Journal = std::unique_ptr<sd_journal, CloseJournal>;

// libsystemd returns negative errno values.
tl::unexpected<Diagnostics> journal_error(const std::string& name, const char* what, int error,
                                          std::string hint = {}) {
    return fail(name, std::string(what) + ": " + std::system_category().message(-error),
                std::move(hint));
}

std::uint64_t to_usec(Time time) {
    const auto count = time.time_since_epoch().count();
    return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}

class SdSource : public LiveSource {
  public:
    SdSource(Journal journal, std::string name, std::size_t files)
        : journal_(std::move(journal)), name_(std::move(name)), files_(files) {
        sd_journal_set_data_threshold(journal_.get(), data_threshold);
    }

    Result<void> select(const Selection& selection) override;
    Result<bool> next() override;
    std::optional<std::string_view> field(const char* name) override;
    Time time() override;
    Time oldest() override;
    Id boot() override;
    Result<std::vector<Unit>> units_of_invocation(std::string_view digits) override;
    Result<void> follow(Time since, const std::optional<Id>& boot) override;
    Result<void> wait(std::chrono::microseconds longest) override;

    const std::string& name() const { return name_; }
    bool has_files() const {
        std::uint64_t bytes = 0;
        return sd_journal_get_usage(journal_.get(), &bytes) >= 0 && bytes != 0;
    }

    bool has_audit_reader(const Id& boot) override;

  private:
    Result<void> restrict_to(const std::optional<Id>& boot);
    Result<void> seek(Time since);
    Result<void> either();
    Result<void> match(const std::string& text);
    Result<void> match_pass(Pass pass);
    Result<void> match_audit(const std::vector<const char*>& types);
    Result<void> match_any(const char* field, std::initializer_list<const char*> values);
    Result<void> match_reports();
    Result<void> match_losses();
    Result<void> collect_invocations();
    Unit unit() { return {text("_SYSTEMD_UNIT"), text("_SYSTEMD_USER_UNIT")}; }
    std::string text(const char* name) { return std::string(field(name).value_or("")); }
    bool selected();

    Journal journal_;
    std::string name_;  // the journal's name in messages
    std::size_t files_;
    Selection selection_;
    std::optional<std::set<std::string, std::less<>>>
        invocations_;  // of the whole journal, once they were needed
};

Result<void> SdSource::match(const std::string& text) {
    const int error = sd_journal_add_match(journal_.get(), text.data(), text.size());
    if (error < 0) return journal_error(name_, "cannot select entries", error);
    return {};
}

// Selects (_TRANSPORT=audit and one of the types), or what may be a record in the kernel's log.
// Matches on the same field are alternatives.
Result<void> SdSource::match_audit(const std::vector<const char*>& types) {
    if (auto done = match("_TRANSPORT=audit"); !done) return done;
    for (const char* type : types)
        if (auto done = match(std::string("_AUDIT_TYPE=") + type); !done) return done;
    if (auto done = either(); !done) return done;
    for (const char* text : {"_TRANSPORT=kernel", "SYSLOG_FACILITY=0", record_priority})
        if (auto done = match(text); !done) return done;
    return {};
}

Result<void> SdSource::match_any(const char* field, std::initializer_list<const char*> values) {
    for (const char* value : values)
        if (auto done = match(std::string(field) + "=" + value); !done) return done;
    return {};
}

// Records of the wrapper, and lines of streams with the priority of the wrapper's line.
Result<void> SdSource::match_reports() {
    if (auto done = match_any("MESSAGE_ID", {report::message_enforced, report::message_degraded,
                                             report::message_refused, report::message_exec_failed});
        !done)
        return done;
    if (auto done = either(); !done) return done;
    if (auto done = match("_TRANSPORT=stdout"); !done) return done;
    return match("PRIORITY=" + std::string(1, report::line_priority));
}

Result<void> SdSource::match_losses() {
    if (auto done = match_any("MESSAGE_ID", {message_suppressed, message_missed}); !done)
        return done;
    if (auto done = either(); !done) return done;
    if (auto done = match("_TRANSPORT=kernel"); !done) return done;
    if (auto done = match("PRIORITY=" + std::string(loss_priority)); !done) return done;
    if (auto done = either(); !done) return done;
    if (auto done = match("_TRANSPORT=syslog"); !done) return done;
    for (const char* sender : record_senders)
        if (auto done = match(std::string("SYSLOG_IDENTIFIER=") + sender); !done) return done;
    return {};
}

Result<void> SdSource::match_pass(Pass pass) {
    switch (pass) {
        case Pass::domains:
            return match_audit({audit_type_domain});
        case Pass::reports:
            return match_reports();
        case Pass::denials:
            return match_audit({audit_type_access, audit_type_syscall, audit_type_proctitle});
        case Pass::losses:
            return match_losses();
    }
    return {};
}

// Selects what matches before this call or what matches after it.
Result<void> SdSource::either() {
    const int error = sd_journal_add_disjunction(journal_.get());
    if (error < 0) return journal_error(name_, "cannot select entries", error);
    return {};
}

Result<void> SdSource::restrict_to(const std::optional<Id>& boot) {
    if (!boot) return {};
    const int error = sd_journal_add_conjunction(journal_.get());
    if (error < 0) return journal_error(name_, "cannot select entries", error);
    return match("_BOOT_ID=" + to_string(*boot));
}

Result<void> SdSource::seek(Time since) {
    const int error = since == Time::min()
                          ? sd_journal_seek_head(journal_.get())
                          : sd_journal_seek_realtime_usec(journal_.get(), to_usec(since));
    if (error < 0) return journal_error(name_, "cannot seek", error);
    return {};
}

Result<void> SdSource::select(const Selection& selection) {
    selection_ = selection;
    sd_journal_flush_matches(journal_.get());
    if (auto done = match_pass(selection.pass); !done) return done;
    if (auto done = restrict_to(selection.boot); !done) return done;
    if (!selection.invocation.empty()) {
        const int error = sd_journal_add_conjunction(journal_.get());
        if (error < 0) return journal_error(name_, "cannot select entries", error);
        if (auto done = match("_SYSTEMD_INVOCATION_ID=" + selection.invocation); !done) return done;
    }
    return seek(selection.since);
}

bool SdSource::has_audit_reader(const Id& boot) {
    sd_journal_flush_matches(journal_.get());
    return match("_TRANSPORT=audit") && match("_BOOT_ID=" + to_string(boot)) &&
           sd_journal_seek_head(journal_.get()) >= 0 && sd_journal_next(journal_.get()) > 0;
}

Result<void> SdSource::follow(Time since, const std::optional<Id>& boot) {
    selection_ = {};
    selection_.since = since;
    sd_journal_flush_matches(journal_.get());
    for (const Pass pass : {Pass::domains, Pass::reports, Pass::denials}) {
        if (auto done = match_pass(pass); !done) return done;
        if (pass == Pass::denials) break;
        if (auto done = either(); !done) return done;
    }
    if (auto done = restrict_to(boot); !done) return done;
    return seek(since);
}

Result<void> SdSource::wait(std::chrono::microseconds longest) {
    const int error = sd_journal_wait(journal_.get(), static_cast<std::uint64_t>(longest.count()));
    if (error < 0) return journal_error(name_, "cannot wait for entries", error);
    return {};
}

// The entries of a file are in the order of their sequence numbers. If the clock was set back, an
// entry after the end of the period may be followed by one within it. So reading does not stop at
// the end of the period.
bool SdSource::selected() {
    const Time at = time();
    return at >= selection_.since && at <= selection_.until;
}

Result<bool> SdSource::next() {
    for (;;) {
        const int found = sd_journal_next(journal_.get());
        if (found < 0) return journal_error(name_, "cannot read the next entry", found);
        if (found == 0) return false;
        if (selected()) return true;
    }
}

std::optional<std::string_view> SdSource::field(const char* name) {
    const void* data = nullptr;
    std::size_t size = 0;
    if (sd_journal_get_data(journal_.get(), name, &data, &size) < 0) return std::nullopt;
    const std::size_t prefix = std::strlen(name) + 1;  // "NAME="
    if (size < prefix) return std::nullopt;
    return std::string_view(static_cast<const char*>(data) + prefix, size - prefix);
}

Time SdSource::oldest() {
    std::uint64_t usec = 0;
    if (sd_journal_get_cutoff_realtime_usec(journal_.get(), &usec, nullptr) <= 0)
        return Time::max();
    return Time{std::chrono::microseconds{static_cast<std::int64_t>(usec)}};
}

Time SdSource::time() {
    std::uint64_t usec = 0;
    if (sd_journal_get_realtime_usec(journal_.get(), &usec) < 0) return Time{};
    return Time{std::chrono::microseconds{static_cast<std::int64_t>(usec)}};
}

Id SdSource::boot() {
    sd_id128_t id = {};
    std::uint64_t usec = 0;
    Id boot = {};
    if (sd_journal_get_monotonic_usec(journal_.get(), &usec, &id) < 0) return boot;
    std::memcpy(boot.data(), id.bytes, boot.size());
    return boot;
}

Result<void> SdSource::collect_invocations() {
    constexpr char name[] = "_SYSTEMD_INVOCATION_ID";
    std::set<std::string, std::less<>> all;
    const auto until = std::chrono::steady_clock::now() + longest_for_claims;
    const int error = sd_journal_query_unique(journal_.get(), name);
    if (error < 0) return journal_error(name_, "cannot list invocation IDs", error);
    const void* data = nullptr;
    std::size_t size = 0;
    sd_journal_restart_unique(journal_.get());
    while (all.size() < most_invocations_of_journal && std::chrono::steady_clock::now() < until &&
           sd_journal_enumerate_available_unique(journal_.get(), &data, &size) > 0)
        if (size > sizeof name)
            all.emplace(static_cast<const char*>(data) + sizeof name, size - sizeof name);
    invocations_ = std::move(all);
    return {};
}

Result<std::vector<Unit>> SdSource::units_of_invocation(std::string_view digits) {
    if (files_ > most_files_for_claims) return std::vector<Unit>{};
    if (!invocations_)
        if (auto done = collect_invocations(); !done) return tl::unexpected(done.error());
    std::set<Unit> units;
    for (auto id = invocations_->lower_bound(digits);
         id != invocations_->end() && id->starts_with(digits); ++id) {
        sd_journal_flush_matches(journal_.get());
        if (auto done = match("_SYSTEMD_INVOCATION_ID=" + *id); !done)
            return tl::unexpected(done.error());
        const int error = sd_journal_seek_head(journal_.get());
        if (error < 0) return journal_error(name_, "cannot seek", error);
        if (sd_journal_next(journal_.get()) > 0) units.insert(unit());
    }
    units.erase(Unit{});
    return std::vector<Unit>(units.begin(), units.end());
}

using Opened = Result<std::unique_ptr<SdSource>>;
using Open = std::function<int(sd_journal**)>;

Opened open_with(const std::string& name, const char* hint, std::size_t files, const Open& open) {
    sd_journal* opened = nullptr;
    const int error = open(&opened);
    if (error < 0) return journal_error(name, "cannot open the journal", error, hint);
    return std::make_unique<SdSource>(Journal(opened), name, files);
}

// sd_journal_open*() skips files that are damaged or may not be read. If no file is left, the
// journal must not look like one without denials.
Result<std::unique_ptr<Source>> with_files(Opened opened, const char* hint) {
    if (!opened) return tl::unexpected(opened.error());
    if (!(*opened)->has_files())
        return fail((*opened)->name(), "no journal file could be opened", hint);
    return std::unique_ptr<Source>(*std::move(opened));
}

Result<std::unique_ptr<LiveSource>> live(Opened opened) {
    if (!opened) return tl::unexpected(opened.error());
    return std::unique_ptr<LiveSource>(*std::move(opened));
}

constexpr char local_hint[] = "run as root or as a member of the group systemd-journal";
constexpr char directory_hint[] = "name a directory that holds *.journal files";
constexpr char files_hint[] = "name files that journald or systemd-journal-remote wrote";

Opened open_local() {
    const std::size_t files = count_files("/var/log/journal") + count_files("/run/log/journal");
    return open_with("the journal of this machine", local_hint, files, [](sd_journal** journal) {
        // LogNamespace= moves a unit's reports to a journal of its own. libsystemd has this call
        // from version 245 on.
        return sd_journal_open_namespace(journal, nullptr,
                                         SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_ALL_NAMESPACES);
    });
}

Opened open_directory(const std::string& directory) {
    return open_with(directory, directory_hint, count_files(directory), [&](sd_journal** journal) {
        return sd_journal_open_directory(journal, directory.c_str(), 0);
    });
}

}  // namespace

Result<std::unique_ptr<Source>> open_local_journal() {
    return with_files(open_local(), local_hint);
}

Result<std::unique_ptr<Source>> open_journal_directory(const std::string& directory) {
    return with_files(open_directory(directory), directory_hint);
}

Result<std::unique_ptr<LiveSource>> open_live_journal() {
    return live(open_local());
}

Result<std::unique_ptr<LiveSource>> open_live_directory(const std::string& directory) {
    return live(open_directory(directory));
}

Result<std::unique_ptr<Source>> open_journal_files(const std::vector<std::string>& files) {
    std::string names;
    std::vector<const char*> paths;
    for (const std::string& file : files) {
        names += (names.empty() ? "" : ", ") + file;
        paths.push_back(file.c_str());
    }
    paths.push_back(nullptr);
    return with_files(open_with(names, files_hint, files.size(),
                                [&](sd_journal** journal) {
                                    return sd_journal_open_files(journal, paths.data(), 0);
                                }),
                      files_hint);
}

Result<Id> current_boot() {
    sd_id128_t id = {};
    const int error = sd_id128_get_boot(&id);
    if (error < 0) return journal_error("/proc/sys/kernel/random/boot_id", "cannot read", error);
    Id boot = {};
    std::memcpy(boot.data(), id.bytes, boot.size());
    return boot;
}

}  // namespace ringfence::journal
