// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that needs no file except itself. It says that it ran, or waits to be killed ("wait").
#include <string.h>
#include <unistd.h>

int main(int argc, char** argv) {
    if (argc > 1 && strcmp(argv[1], "wait") == 0) {
        (void)!write(1, "w", 1);
        for (;;)
            pause();
    }
    return write(1, "ran\n", 4) == 4 ? 0 : 1;
}
