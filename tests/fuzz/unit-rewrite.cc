// SPDX-License-Identifier: LGPL-2.1-or-later
// A unit and a drop-in, separated by the first NUL, are joined and rewritten. The result must be a
// unit file without errors. Each of its commands must be the wrapper with the original's words
// after "--".
#include <cstdint>
#include <cstdlib>
#include <string>

#include "dropin/attachment.h"
#include "dropin/render.h"
#include "dropin/wrapped_command.h"
#include "tests/unit/dropin/build_unit.h"
#include "unit/unit.h"

using namespace ringfence;

namespace {

void check(bool condition) {
    if (!condition) std::abort();
}

unit::Unit make_unit(const std::string& text) {
    const std::size_t cut = std::min(text.find('\0'), text.size());
    const std::string dropin = cut < text.size() ? text.substr(cut + 1) : "";
    return dropin::build_unit("a-b@c.service", text.substr(0, cut),
                              {{"/u/a-b@c.service.d/1.conf", dropin}});
}

policy::Rules make_rules() {
    policy::Rules rules = dropin::build_rules();
    rules.inherit = true;
    rules.layers.front().paths.front().path = "/etc/a b";
    return rules;
}

void check_text(const std::string& text, const unit::Unit& unit) {
    const unit::UnitFile file = unit::parse_unit_file(text, "out", unit.name);
    check(!file.fatal && !file.uncertain);
    for (const unit::Assignment& line : file.assignments) {
        if (!line.commands) continue;
        check(!line.commands->error && !line.commands->commands.empty());
        for (const unit::Command& command : line.commands->commands)
            check(dropin::read_wrapped_command({"/w"}, command).has_value());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const unit::Unit unit = make_unit(text);
    const dropin::Attachment attachment = dropin::read_attachment(unit);
    for (const Diagnostic& problem : attachment.problems)
        check(!problem.message.empty());
    const auto fenced = dropin::render({unit, make_rules(), attachment.wrap, {"/w"}});
    if (fenced)
        check_text(*fenced, unit);
    else
        check_text(dropin::render_refusal(unit, fenced.error(), attachment.wrap, {"/w"}), unit);
    return 0;
}
