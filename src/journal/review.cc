// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/review.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/number.h"
#include "journal/fields.h"
#include "journal/record.h"
#include "journal/wrapper_report.h"

namespace ringfence::journal {

namespace {

// The number of fences or claims that are told apart. Further ones are told apart only by their
// reason.
constexpr std::size_t most_whose = 20000;

Selection selection_of(const ReviewOptions& options, Pass pass) {
    Selection selection;
    selection.pass = pass;
    selection.boot = options.boot;
    if (pass == Pass::domains || pass == Pass::reports) {
        if (options.live_from) selection.until = *options.live_from - std::chrono::microseconds(1);
        return selection;
    }
    selection.since = options.since;
    selection.until = options.until;
    return selection;
}

IdentityOptions identity_options(const Source& source, const ReviewOptions& options) {
    IdentityOptions identity;
    identity.pids_comparable = options.pids_comparable;
    identity.tags_across_boots = !source.knows_boots();
    identity.domains_first = !options.live_from;
    return identity;
}

auto order_of(const Denial& denial) {
    return std::tuple(denial.attribution.reason, denial.host, denial.machine,
                      denial.attribution.unit, denial.tally.first);
}

// Each start has another tag. Denials of one unit must be counted together in spite of that.
Attribution across_starts(Attribution attribution) {
    if (attribution.reason == Reason::attributed) attribution.tag.clear();
    return attribution;
}

}  // namespace

Reader::Reader(Source& source, const ReviewOptions& options)
    : source_(source),
      options_(options),
      identities_(identity_options(source, options)),
      joiner_([this](DenialEvent&& event) { count(std::move(event)); }) {
    if (options_.keep_records) joiner_.keep_texts();
}

Result<void> Reader::read(Pass pass) {
    if (auto done = source_.select(selection_of(options_, pass)); !done) return done;
    for (;;) {
        auto found = source_.next();
        if (!found) return tl::unexpected(found.error());
        if (!*found) return {};
        take(pass);
        if (problem_) return tl::unexpected(*std::move(problem_));
    }
}

// Any process can send a MESSAGE that looks like an audit record, but only journald can set these
// fields. A source may also deliver entries of other passes, which must not count twice.
void Reader::take(Pass pass) {
    if (pass == Pass::reports) {
        const bool record = is_wrapper_message(source_.field("MESSAGE_ID").value_or(""));
        if (const auto report = record ? read_wrapper_report(source_) : read_wrapper_line(source_))
            identities_.add(*report);
        return;
    }
    if (pass == Pass::losses) {
        take_loss();
        return;
    }
    auto entry = read_audit_entry([&](const char* name) { return source_.field(name); });
    if (entry && (entry->type == audit_type_domain) == (pass == Pass::domains))
        take_record(*std::move(entry));
}

void Reader::take_loss() {
    const std::string transport(source_.field("_TRANSPORT").value_or(""));
    if (is_unread_record(transport, source_.field("MESSAGE").value_or("")))
        ++review_.unread;
    else if (tells_of_losses(transport, source_.field("SYSLOG_FACILITY").value_or("0")))
        losses_.add(source_.boot(), source_.time(), source_.field("MESSAGE_ID").value_or(""),
                    source_.field("MESSAGE").value_or(""));
}

EventId Reader::event_of(const AuditEntry& entry) {
    return {source_.boot(), entry.serial, source_.knows_boots() ? Time{} : source_.time()};
}

Copies::Verdict Reader::verdict_on(const EventId& event, const AuditEntry& entry) {
    if (!source_.may_have_copies()) return Copies::Verdict::first;
    // The names of a record's type differ between the places.
    const std::string_view message = entry.message;
    const std::string text =
        std::string(entry.type) +
        std::string(message.substr(std::min(message.find(' '), message.size())));
    return copies_
        .add({.place = static_cast<std::size_t>(entry.origin),
              .event = event,
              .text = text,
              .cut = entry.cut})
        .verdict;
}

void Reader::take_record(AuditEntry&& entry) {
    const Id boot = source_.boot();
    const Time time = source_.time();
    const EventId event = event_of(entry);
    const auto verdict = verdict_on(event, entry);
    if (entry.type == audit_type_access) count_origin(entry.origin, verdict);
    if (verdict == Copies::Verdict::copy) return;
    const bool completes = verdict == Copies::Verdict::better;  // all are proved
    if (entry.type == audit_type_syscall || entry.type == audit_type_proctitle) {
        if (completes)
            joiner_.complete_detail(event, entry.message);
        else
            joiner_.add_detail(event, time, entry.message);
        return;
    }
    auto record = parse_record(entry.message);
    if (!record) {
        if (!completes) ++review_.malformed;
    } else if (const auto* domain = std::get_if<DomainRecord>(&*record)) {
        identities_.add(boot, *domain, time);
    } else if (auto* access = std::get_if<AccessRecord>(&*record)) {
        take_access(std::move(entry), std::move(*access), completes);
    }
}

void Reader::count_origin(RecordOrigin origin, Copies::Verdict verdict) {
    const bool first = verdict == Copies::Verdict::first;
    if (origin == RecordOrigin::audit) {
        ++of_audit_;
        if (!first) --only_logged_;
    } else if (first) {
        ++only_logged_;
    }
}

// The path of a record that was cut is not the path of the object.
void Reader::take_access(AuditEntry&& entry, AccessRecord&& access, bool completes) {
    const EventId event = event_of(entry);
    if (completes) {
        review_.cut -= joiner_.complete(event, access, entry.message) ? 1 : 0;
        return;
    }
    if (entry.cut) {
        ++review_.cut;
        access.object = {};
    }
    ++review_.records;
    note_machine(event.boot);
    joiner_.add(event, source_.time(), std::move(access), entry.message);
}

// What the kernel did not write to its log is lost, unless journald got all records from the audit
// system. In a log to which others write, a line of theirs could say so.
std::uint64_t Reader::unprinted() {
    const bool has_all = source_.proved() && of_audit_ != 0 && only_logged_ == 0;
    if (has_all) return 0;
    return losses_.unprinted([&](const Id& boot) { return source_.has_audit_reader(boot); });
}

void Reader::note_machine(const Id& boot) {
    if (machines_.contains(boot)) return;
    machines_[boot] = {std::string(source_.field("_MACHINE_ID").value_or("")),
                       std::string(source_.field("_HOSTNAME").value_or(""))};
}

DenialCounter::OwnerNumber Reader::number_of(Owner&& whose) {
    if (all_.size() >= most_whose) {
        const Attribution known = std::exchange(whose.attribution, {});
        if (known.reason == Reason::attributed)
            whose.attribution = known;
        else
            whose.attribution.reason = known.reason;
    }
    const auto [found, added] = numbers_.try_emplace(
        std::tuple(whose.machine.id, whose.machine.host, whose.attribution), all_.size());
    if (added) all_.push_back(std::move(whose));
    return found->second;
}

Result<DenialCounter::OwnerNumber> Reader::whose(const DomainId& domain) {
    const auto known = known_.find(domain);
    if (known != known_.end()) return known->second;
    auto attribution = identities_.attribute(
        domain.first, domain.second, [&](std::string_view digits) -> Result<std::vector<Unit>> {
            // A look-up moves the position in the journal, and following would then miss entries.
            if (options_.live_from) return std::vector<Unit>{};
            return source_.units_of_invocation(digits);
        });
    if (!attribution) return tl::unexpected(attribution.error());
    const auto number =
        number_of({across_starts(*std::move(attribution)), machines_[domain.first]});
    if (identities_.find(domain.first, domain.second) != nullptr) known_.emplace(domain, number);
    return number;
}

void Reader::count(DenialEvent&& event) {
    if (options_.live_from) {
        live_.push_back(std::move(event));
        return;
    }
    const auto number = whose(event.domain);
    if (!number) {
        problem_ = number.error();
        return;
    }
    const Attribution& attribution = all_[*number].attribution;
    if (Domain* domain = identities_.find(event.domain.first, event.domain.second))
        ++domain->logged;
    DenialKey key = key_of(event);
    if (!options_.filter.concerns(key)) return;
    if (!options_.filter.concerns(attribution)) {
        const bool someones = attribution.reason != Reason::attributed &&
                              attribution.reason != Reason::other_landlock_user;
        if (someones) ++review_.elsewhere;
        return;
    }
    if (options_.each) options_.each(attribution, all_[*number].machine.host, event);
    counter_.add(*number, std::move(key), tally_of(std::move(event)));
}

// Adds up the domains that were announced in the period, by unit.
Result<void> Reader::count_units() {
    std::map<std::tuple<std::string, std::string, Unit>, UnitCount> units;
    for (const auto& [key, domain] : identities_.domains()) {
        const bool began = domain.announced >= options_.since && domain.announced <= options_.until;
        if (!began && domain.logged == 0) continue;
        const auto number = whose(key);
        if (!number) return tl::unexpected(number.error());
        const Owner& owner = all_[*number];
        if (owner.attribution.reason != Reason::attributed) continue;
        if (!options_.filter.concerns(owner.attribution)) continue;
        UnitCount& count = units[{owner.machine.host, owner.machine.id, owner.attribution.unit}];
        count.unit = owner.attribution.unit;
        count.machine = owner.machine.id;
        count.host = owner.machine.host;
        count.logged += domain.logged;
        if (!began) continue;
        ++count.starts;
        if (!domain.ended || *domain.ended > options_.until) continue;
        ++count.ended;
        count.counted = add_saturated(count.counted, domain.counted);
        count.read += domain.logged;
    }
    for (auto& [key, count] : units)
        review_.units.push_back(std::move(count));
    return {};
}

Result<void> Reader::read_identities() {
    for (const Pass pass : {Pass::domains, Pass::reports})
        if (auto done = read(pass); !done) return done;
    return {};
}

Result<Review> Reader::read_denials() {
    for (const Pass pass : {Pass::losses, Pass::denials})
        if (auto done = read(pass); !done) return tl::unexpected(done.error());
    joiner_.flush();
    if (problem_) return tl::unexpected(*std::move(problem_));
    if (auto done = count_units(); !done) return tl::unexpected(done.error());
    auto rows = counter_.finish();
    while (!rows.empty()) {
        auto row = rows.extract(rows.begin());
        const Owner& owner = all_[row.key().first];
        const bool attributed = owner.attribution.reason == Reason::attributed;
        (attributed ? review_.denials : review_.unattributed)
            .push_back({owner.attribution, owner.machine.id, owner.machine.host,
                        std::move(row.key().second), std::move(row.mapped()), source_.proved()});
    }
    const auto earlier = [](const Denial& a, const Denial& b) { return order_of(a) < order_of(b); };
    std::stable_sort(review_.denials.begin(), review_.denials.end(), earlier);
    std::stable_sort(review_.unattributed.begin(), review_.unattributed.end(), earlier);
    review_.uncounted = counter_.uncounted() + joiner_.uncounted();
    review_.left_out = identities_.left_out();
    review_.left_out_users = identities_.left_out_users();
    review_.dropped = identities_.dropped();
    review_.unreadable = source_.unreadable();
    review_.unread += source_.unread();
    review_.proved = source_.proved();
    review_.losses = losses_.losses();
    review_.losses.unprinted = unprinted();
    return std::move(review_);
}

void Reader::take_live() {
    const bool older = source_.time() < *options_.live_from;
    for (const Pass pass : {Pass::domains, Pass::reports, Pass::denials})
        if (pass == Pass::denials || !older) take(pass);
}

Result<std::vector<Denial>> Reader::ready(Time time) {
    joiner_.flush_complete();
    joiner_.flush(time);
    std::vector<Denial> denials;
    std::vector<DenialEvent> waiting;
    for (DenialEvent& event : std::exchange(live_, {})) {
        known_.erase(event.domain);  // new records may name its unit
        const auto number = whose(event.domain);
        if (!number) return tl::unexpected(number.error());
        const Owner& owner = all_[*number];
        // journald reads several sockets, so the domain's announcement or report may arrive a
        // moment later than the denial.
        const Reason reason = owner.attribution.reason;
        const bool late = reason == Reason::no_report || reason == Reason::no_domain_record;
        if (late && event.time > time) {
            waiting.push_back(std::move(event));
            continue;
        }
        DenialKey key = key_of(event);
        if (!options_.filter.concerns(key) || !options_.filter.concerns(owner.attribution))
            continue;
        denials.push_back({owner.attribution, owner.machine.id, owner.machine.host, std::move(key),
                           tally_of(std::move(event)), source_.proved()});
    }
    live_.insert(live_.begin(), std::make_move_iterator(waiting.begin()),
                 std::make_move_iterator(waiting.end()));
    return denials;
}

Result<Review> review(Source& source, const ReviewOptions& options) {
    Reader reader(source, options);
    if (auto done = reader.read_identities(); !done) return tl::unexpected(done.error());
    return reader.read_denials();
}

}  // namespace ringfence::journal
