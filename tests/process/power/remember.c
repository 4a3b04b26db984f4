/* Loaded into a server (LD_PRELOAD), it remembers what a disk would still have after a power cut: of each file what it held
 * when it was last synced, of each folder which names it had then. `power.rs` makes the image from that.
 *
 * It does not stand between the program and its files: everything happens as without it. Only write, fsync and their like
 * are seen, which is how Rust's standard library writes; a name is looked up when its folder is synced, however it came
 * there. Files are known by their number and time of birth, since numbers are given again.
 *
 * POWER_MEMORY names the folder in which it remembers: `f.KEY` is a file's content, `d.KEY` a folder's names, a line each.
 * POWER_LIES makes every sync a success that nothing comes of, as some disks have it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct key {
    uint64_t number, born;
};

/* What was written of a file since it was last synced: one stretch around all of it. */
struct dirty {
    struct key key;
    off_t from, to;
};

enum { DIRTY_MAX = 4096, PIECE = 1 << 16 };

static struct dirty dirty[DIRTY_MAX];
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

static const char *memory(void)
{
    return getenv("POWER_MEMORY");
}

/* Whether it is of a kind, and its key. */
static int look(int folder, const char *name, int flags, mode_t kind, struct key *key)
{
    struct statx about;
    if (statx(folder, name, flags, STATX_TYPE | STATX_INO | STATX_BTIME, &about) != 0)
        return 0;
    key->number = about.stx_ino;
    key->born = (uint64_t)about.stx_btime.tv_sec * 1000000000 + about.stx_btime.tv_nsec;
    return (about.stx_mode & S_IFMT) == kind;
}

static struct dirty *find(struct key key)
{
    for (int at = 0; at < DIRTY_MAX; at++)
        if (dirty[at].to && dirty[at].key.number == key.number && dirty[at].key.born == key.born)
            return &dirty[at];
    return NULL;
}

static void note(int fd, off_t from, ssize_t length)
{
    int before = errno;
    struct key key;
    if (length > 0 && memory() && look(fd, "", AT_EMPTY_PATH, S_IFREG, &key)) {
        if (from < 0)
            from = lseek(fd, 0, SEEK_CUR) - length;
        pthread_mutex_lock(&turn);
        struct dirty *entry = find(key);
        if (entry) {
            entry->from = from < entry->from ? from : entry->from;
            entry->to = from + length > entry->to ? from + length : entry->to;
        } else {
            int at = 0;
            while (at < DIRTY_MAX && dirty[at].to)
                at++;
            if (at == DIRTY_MAX)
                abort();
            dirty[at] = (struct dirty){key, from, from + length};
        }
        pthread_mutex_unlock(&turn);
    }
    errno = before;
}

static void must(int is_so)
{
    if (!is_so) {
        dprintf(2, "power: cannot remember: %s\n", strerror(errno));
        abort();
    }
}

static int is_zero(const char *piece, ssize_t length)
{
    return length > 0 && piece[0] == 0 && memcmp(piece, piece + 1, length - 1) == 0;
}

/* Copies a stretch of a file to the same place of another. Where there is nothing yet, zeros need not be written. */
static void copy(int from, int to, off_t at, off_t end, int is_new)
{
    static char piece[PIECE];
    while (at < end) {
        size_t want = end - at < PIECE ? (size_t)(end - at) : PIECE;
        ssize_t got = pread(from, piece, want, at);
        must(got >= 0);
        if (got == 0)
            return;
        if (!is_new || !is_zero(piece, got))
            must(REAL(pwrite)(to, piece, got, at) == got);
        at += got;
    }
}

static void remember_file(int fd, struct key key)
{
    char path[4096], fd_path[64];
    struct stat about;
    snprintf(path, sizeof path, "%s/f.%llu.%llu", memory(), (unsigned long long)key.number, (unsigned long long)key.born);
    int is_new = access(path, F_OK) != 0;
    int to = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    /* It may be open for writing only. */
    snprintf(fd_path, sizeof fd_path, "/proc/self/fd/%d", fd);
    int from = open(fd_path, O_RDONLY | O_CLOEXEC);
    must(to >= 0 && from >= 0 && fstat(from, &about) == 0);
    struct dirty *entry = find(key);
    if (is_new || !entry)
        copy(from, to, 0, about.st_size, is_new);
    else
        copy(from, to, entry->from, entry->to, 0);
    must(ftruncate(to, about.st_size) == 0);
    if (entry)
        entry->to = 0;
    close(from);
    close(to);
}

static void remember_folder(int fd, struct key key)
{
    char path[4096], unfinished[4100], fd_path[64];
    snprintf(path, sizeof path, "%s/d.%llu.%llu", memory(), (unsigned long long)key.number, (unsigned long long)key.born);
    snprintf(unfinished, sizeof unfinished, "%s.new", path);
    snprintf(fd_path, sizeof fd_path, "/proc/self/fd/%d", fd);
    DIR *folder = opendir(fd_path);
    FILE *out = fopen(unfinished, "we");
    must(folder && out);
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct key own;
        const char *name = entry->d_name;
        if (!strcmp(name, ".") || !strcmp(name, ".."))
            continue;
        int is_file = look(dirfd(folder), name, AT_SYMLINK_NOFOLLOW, S_IFREG, &own);
        if (is_file || look(dirfd(folder), name, AT_SYMLINK_NOFOLLOW, S_IFDIR, &own))
            fprintf(out, "%c %llu.%llu %s\n", is_file ? 'f' : 'd', (unsigned long long)own.number,
                    (unsigned long long)own.born, name);
    }
    closedir(folder);
    must(fclose(out) == 0 && rename(unfinished, path) == 0);
}

/* Before the sync itself: only what was written by now is promised. */
static int remember(int fd)
{
    int before = errno;
    struct key key;
    if (!memory())
        return 0;
    if (getenv("POWER_LIES"))
        return 1;
    pthread_mutex_lock(&turn);
    if (look(fd, "", AT_EMPTY_PATH, S_IFREG, &key))
        remember_file(fd, key);
    else if (look(fd, "", AT_EMPTY_PATH, S_IFDIR, &key))
        remember_folder(fd, key);
    pthread_mutex_unlock(&turn);
    errno = before;
    return 0;
}

int fsync(int fd)
{
    return remember(fd) ? 0 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    return remember(fd) ? 0 : REAL(fdatasync)(fd);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    ssize_t written = REAL(write)(fd, bytes, length);
    note(fd, -1, written);
    return written;
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    ssize_t written = REAL(writev)(fd, pieces, count);
    note(fd, -1, written);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at)
{
    ssize_t written = REAL(pwrite)(fd, bytes, length, at);
    note(fd, at, written);
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
    ssize_t written = REAL(pwrite64)(fd, bytes, length, at);
    note(fd, at, written);
    return written;
}

ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t at)
{
    ssize_t written = REAL(pwritev64)(fd, pieces, count, at);
    note(fd, at, written);
    return written;
}
