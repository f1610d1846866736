#include "store/sqlite/gathered_wal.h"

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/assert.h"

namespace lp::store {
namespace {

// The system's VFS writes less than 128 KiB in one call.
constexpr std::size_t gathered_max = 127u << 10;
// The head of a frame, whose second word is not zero where a commit ends (sqlite.org/fileformat2,
// 4.1).
constexpr int frame_head_bytes = 24;

struct Gathered {
  std::string bytes;  // not yet in the file
  sqlite3_int64 offset = 0;
  bool ends = false;  // the frame whose head came last ends a commit
};

// Behind it in memory stands the file of the system's VFS.
struct WalFile {
  sqlite3_file base;
  Gathered* gathered;
};

sqlite3_vfs& system_vfs() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  LP_ASSERT(vfs != nullptr);
  return *vfs;
}

Gathered& gathered_of(sqlite3_file* file) {
  return *reinterpret_cast<WalFile*>(file)->gathered;
}

sqlite3_file* system_file(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<WalFile*>(file) + 1);
}

int hand_over(sqlite3_file* file) {
  Gathered& gathered = gathered_of(file);
  gathered.ends = false;
  if (gathered.bytes.empty()) return SQLITE_OK;
  sqlite3_file* const real = system_file(file);
  const int code = real->pMethods->xWrite(real, gathered.bytes.data(),
                                          static_cast<int>(gathered.bytes.size()), gathered.offset);
  gathered.bytes.clear();
  return code;
}

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) noexcept {
  Gathered& gathered = gathered_of(file);
  const std::string_view bytes(static_cast<const char*>(data), static_cast<std::size_t>(size));
  const auto end = gathered.offset + static_cast<sqlite3_int64>(gathered.bytes.size());
  if (offset != end || gathered.bytes.size() + bytes.size() > gathered_max) {
    // Where a commit ends is asked of the head that came last, also if that has just gone.
    const bool ends = gathered.ends;
    if (const int code = hand_over(file); code != SQLITE_OK) return code;
    gathered.ends = ends;
    gathered.offset = offset;
  }
  gathered.bytes.append(bytes);
  if (size == frame_head_bytes) {
    constexpr std::string_view none("\0\0\0\0", 4);
    gathered.ends = bytes.substr(4, none.size()) != none;
    return SQLITE_OK;
  }
  return gathered.ends || bytes.size() >= gathered_max ? hand_over(file) : SQLITE_OK;
}

int read(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
  if (const int code = hand_over(file); code != SQLITE_OK) return code;
  sqlite3_file* const real = system_file(file);
  return real->pMethods->xRead(real, data, size, offset);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (const int code = hand_over(file); code != SQLITE_OK) return code;
  sqlite3_file* const real = system_file(file);
  return real->pMethods->xTruncate(real, size);
}

int sync(sqlite3_file* file, int flags) {
  if (const int code = hand_over(file); code != SQLITE_OK) return code;
  sqlite3_file* const real = system_file(file);
  return real->pMethods->xSync(real, flags);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  if (const int code = hand_over(file); code != SQLITE_OK) return code;
  sqlite3_file* const real = system_file(file);
  return real->pMethods->xFileSize(real, size);
}

int close(sqlite3_file* file) {
  const int handed = hand_over(file);
  sqlite3_file* const real = system_file(file);
  const int closed = real->pMethods->xClose(real);
  delete reinterpret_cast<WalFile*>(file)->gathered;
  return handed != SQLITE_OK ? handed : closed;
}

const sqlite3_io_methods wal_methods = {
    .iVersion = 1,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = file_size,
    .xLock = [](sqlite3_file* file,
                int level) { return system_file(file)->pMethods->xLock(system_file(file), level); },
    .xUnlock =
        [](sqlite3_file* file, int level) {
          return system_file(file)->pMethods->xUnlock(system_file(file), level);
        },
    .xCheckReservedLock =
        [](sqlite3_file* file, int* held) {
          return system_file(file)->pMethods->xCheckReservedLock(system_file(file), held);
        },
    .xFileControl =
        [](sqlite3_file* file, int operation, void* argument) {
          return system_file(file)->pMethods->xFileControl(system_file(file), operation, argument);
        },
    .xSectorSize = [](sqlite3_file* file) -> int {
      return system_file(file)->pMethods->xSectorSize(system_file(file));
    },
    .xDeviceCharacteristics = [](sqlite3_file* file) -> int {
      return system_file(file)->pMethods->xDeviceCharacteristics(system_file(file));
    },
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) noexcept {
  sqlite3_vfs& real = system_vfs();
  // The memory is enough for either.
  if ((flags & SQLITE_OPEN_WAL) == 0) return real.xOpen(&real, name, file, flags, flags_out);
  file->pMethods = nullptr;
  auto gathered = std::make_unique<Gathered>();
  const int code = real.xOpen(&real, name, system_file(file), flags, flags_out);
  if (code != SQLITE_OK) {
    // SQLite closes a file whose opening failed only where there are methods.
    if (system_file(file)->pMethods != nullptr) {
      system_file(file)->pMethods->xClose(system_file(file));
    }
    return code;
  }
  reinterpret_cast<WalFile*>(file)->gathered = gathered.release();
  file->pMethods = &wal_methods;
  return SQLITE_OK;
}

sqlite3_vfs make_vfs() {
  const sqlite3_vfs& real = system_vfs();
  sqlite3_vfs vfs{};
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(WalFile)) + real.szOsFile;
  vfs.mxPathname = real.mxPathname;
  vfs.zName = "letsping-gathered-wal";
  vfs.xOpen = open;
  vfs.xDelete = [](sqlite3_vfs*, const char* name, int sync_directory) {
    return system_vfs().xDelete(&system_vfs(), name, sync_directory);
  };
  vfs.xAccess = [](sqlite3_vfs*, const char* name, int flags, int* answer) {
    return system_vfs().xAccess(&system_vfs(), name, flags, answer);
  };
  vfs.xFullPathname = [](sqlite3_vfs*, const char* name, int size, char* out) {
    return system_vfs().xFullPathname(&system_vfs(), name, size, out);
  };
  vfs.xDlOpen = [](sqlite3_vfs*, const char* name) {
    return system_vfs().xDlOpen(&system_vfs(), name);
  };
  vfs.xDlError = [](sqlite3_vfs*, int size, char* out) {
    system_vfs().xDlError(&system_vfs(), size, out);
  };
  vfs.xDlSym = [](sqlite3_vfs*, void* library, const char* name) {
    return system_vfs().xDlSym(&system_vfs(), library, name);
  };
  vfs.xDlClose = [](sqlite3_vfs*, void* library) { system_vfs().xDlClose(&system_vfs(), library); };
  vfs.xRandomness = [](sqlite3_vfs*, int size, char* out) {
    return system_vfs().xRandomness(&system_vfs(), size, out);
  };
  vfs.xSleep = [](sqlite3_vfs*, int microseconds) {
    return system_vfs().xSleep(&system_vfs(), microseconds);
  };
  vfs.xCurrentTime = [](sqlite3_vfs*, double* now) {
    return system_vfs().xCurrentTime(&system_vfs(), now);
  };
  vfs.xGetLastError = [](sqlite3_vfs*, int size, char* out) {
    return system_vfs().xGetLastError(&system_vfs(), size, out);
  };
  vfs.xCurrentTimeInt64 = [](sqlite3_vfs*, sqlite3_int64* now) {
    return system_vfs().xCurrentTimeInt64(&system_vfs(), now);
  };
  return vfs;
}

}  // namespace

const char* gathered_wal_vfs() {
  static sqlite3_vfs vfs = make_vfs();
  static const bool registered = sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  LP_ASSERT(registered);
  return vfs.zName;
}

}  // namespace lp::store
