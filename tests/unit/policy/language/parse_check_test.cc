// SPDX-License-Identifier: LGPL-2.1-or-later
// The table [check], and policies from texts.
#include <gmock/gmock.h>

#include "../tree.h"
#include "policy/resolve/digest.h"

namespace ringfence::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ParseCheck : public Tree {};

constexpr char exception[] =
    "[[check.allow]]\nid = 'credentials'\npath = '/etc/key'\nreason = 'it signs'\n";

TEST_F(ParseCheck, ExceptionsComeWithTheirPlaceAndChain) {
    abstraction("keys", exception);
    policy("p", "extends = ['keys']\n[check]\nallow = [{id = 'whole-tree', reason = 'monitors'}]");
    const Rules found = rules("p");
    ASSERT_EQ(found.exceptions.size(), 2u);
    EXPECT_EQ(found.exceptions[0].id, "credentials");
    EXPECT_EQ(found.exceptions[0].path, "/etc/key");
    EXPECT_EQ(found.exceptions[0].origin.reason, "it signs");
    EXPECT_EQ(found.exceptions[0].origin.policy, "p > keys");
    EXPECT_EQ(to_string(found.exceptions[0].origin.where), "/usr/p/abstractions/keys.toml:2:1");
    EXPECT_EQ(found.exceptions[1].path, "");
    EXPECT_EQ(found.exceptions[1].origin.policy, "p");
}

TEST_F(ParseCheck, DoNotChangeWhatIsEnforced) {
    policy("with", exception);
    policy("without", "");
    EXPECT_EQ(canonical(rules("with")), canonical(rules("without")));
}

TEST_F(ParseCheck, EachNeedsAnIdAndAReason) {
    policy("p", "[[check.allow]]\npath = '/x'\n[[check.allow]]\nid = ''\nreason = 3\nresaon = ''");
    EXPECT_THAT(
        problems("p"),
        ElementsAre(HasSubstr("3:1: `id` is missing in [[check.allow]]; name a check"),
                    HasSubstr("3:1: `reason` is missing in [[check.allow]]; say why"),
                    HasSubstr("6:6: `id` is empty"), HasSubstr("7:10: `reason` must be a string"),
                    HasSubstr("8:1: unknown key \"resaon\" in [[check.allow]]; did you mean")));
    policy("q", "[check]\nallow = ['credentials']");
    EXPECT_THAT(problems("q"), ElementsAre(HasSubstr("an exception must be a table")));
}

TEST_F(ParseCheck, AnUnknownIdKeepsNoServiceDown) {
    policy("p", "[[check.allow]]\nid = 'of-a-newer-ringfence'\nreason = 'x'");
    EXPECT_EQ(rules("p").exceptions.size(), 1u);
}

TEST_F(ParseCheck, ATextExtendsFromTheSearchPathAndHasNoDropIns) {
    abstraction("a", "[filesystem]\nread = ['/a']");
    drop_in("p", "50.toml", "[filesystem]\nread = ['/dropped']");
    const Root root = this->root();
    const auto found = resolve_text(root, {"/etc/p", "/usr/p"}, "p", "<stdin>",
                                    "version = 1\nabi = 7\nextends = ['a']\n");
    ASSERT_TRUE(found.has_value());
    EXPECT_NE(find_rule(found->layers[0], "/a"), nullptr);
    EXPECT_EQ(found->layers[0].paths.size(), 1u);
    const auto bad = resolve_text(root, {"/usr/p"}, "p", "<stdin>", "version = 1\nabi = 7\nx = 1");
    ASSERT_FALSE(bad.has_value());
    EXPECT_THAT(to_string(bad.error().at(0)), HasSubstr("<stdin>:3:1: unknown key"));
}

}  // namespace
}  // namespace ringfence::policy
