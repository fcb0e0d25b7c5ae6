#include <lmdb.h>
#include <sys/types.h>

#ifdef __linux__
/* glibc declares these for _GNU_SOURCE alone, which Swift's importer does not define. */
int renameat2(int from_directory, const char *from, int to_directory, const char *to,
              unsigned int flags);
enum { CLMDB_RENAME_EXCHANGE = 1 << 1 };
int fallocate(int descriptor, int mode, off_t offset, off_t count);
#endif
