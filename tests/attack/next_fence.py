# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a service tries so that its next fence is another one: rows of ATTACKS.md. Each row names its
test in test_next_fence.py."""

RULE = "a rule that allows fs.make_sym or fs.make_dir on what the path leads through"
OWNER = "owner, group and mode of what the path leads through"

# tried, stopped by, the test
STOPPED = [
    ("Replace a granted directory in a writable one by a link", RULE, "link_in_a_writable_place"),
    ("The same above the last name of a path, as for PIDFile=", RULE, "a_link_above_the_last_name"),
    ("Replace the directory that a nested rule lets it write", RULE, "the_writable_path_itself_is_replaced"),
    ("Replace a directory above the program", RULE, "the_message_names_the_program_through_a_link"),
    ("Rename an old directory of root's that has a link in it", RULE,
     "a_renamed_directory_has_a_link_deeper"),
    ("A link in a writable directory that a trusted link leads to", RULE,
     "a_trusted_link_leads_to_a_writable_one"),
    ("A link that leads to a trusted link", RULE, "a_writable_link_leads_to_a_trusted_one"),
    ("The writable directory has another name by a bind mount", "device and inode",
     "bind_mount_of_the_writable_place"),
    ("The writable directory has another name by a link", "device and inode",
     "the_writable_place_behind_another_link"),
    ("Move a directory that the target of a link climbs out of", "no .. out of a writable directory",
     "a_target_that_climbs_out_of_a_writable_place"),
    ("The same with further layers", "each layer counts", "every_layer_lets_it_change_the_place"),
    ("Links are not restricted at all", "no link is followed", "links_are_not_restricted"),
    ("A link that was planted before the fence came up", OWNER, "planted"),
    ("The same in a directory further up", OWNER, "planted_further_up"),
    ("The same by an access control list", OWNER, "planted_with_an_access_control_list"),
    ("More groups than the wrapper can keep", "every group counts then", "many_groups"),
    ("A variable or an instance name with ..", "a rule's path must not contain ..", "climbing_paths"),
    ("An empty variable, so that the directory of all tenants is granted",
     "a rule's path must not end in / or contain //", "paths_with_an_empty_name"),
    ("A relative path", "a rule's path must be absolute", "relative_paths"),
    ("A process exchanges a directory and a link all the time", "the wrapper holds handles",
     "racing_swapper"),
    ("Links without end, and targets that are too long", "the kernel's own limits",
     "as_many_links_as_the_kernel_follows"),
    ("A filter that forbids openat2(2)", "each path is walked then", "without_openat2"),
]

# tried, why it is not stopped, the test
LIMITS = [
    ("Links in a part of the writable directory that is mounted elsewhere, too",
     "a mount does not say what lies above its root: only the link's owner tells",
     "limit_bind_mount_of_a_part_of_the_writable_place"),
]
