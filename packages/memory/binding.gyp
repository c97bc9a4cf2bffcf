{
  "targets": [
    {
      "target_name": "addon",
      "sources": [
        "native/addon.c",
        "native/arena.c",
        "native/call.c",
        "native/child.c",
        "native/file.c",
        "native/flags.c",
        "native/futex.c",
        "native/guard.c",
        "native/helper.c",
        "native/life.c",
        "native/map.c",
        "native/orphan.c",
        "native/process.c",
        "native/seat.c",
        "native/segment.c",
        "native/signal.c",
        "native/thread.c",
        "native/wait.c",
        "native/watch.c"
      ],
      "defines": ["NAPI_VERSION=8", "_GNU_SOURCE"],
      "cflags": ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"],
      "ldflags": ["-pthread", "-Wl,-z,nodelete"]
    }
  ]
}
