/* What Debian's libunwind, which was built for glibc, wants and musl does not have: a checked fprintf.
   Used by `.ci/static` only, where the Rust toolchain brings nothing for musl. */
#include <stdarg.h>
#include <stdio.h>

int __fprintf_chk(FILE *file, int level, const char *format, ...) {
    va_list arguments;
    int written;
    (void)level;
    va_start(arguments, format);
    written = vfprintf(file, format, arguments);
    va_end(arguments);
    return written;
}
