#pragma once

// libedit sets its options through variadic functions, which Swift cannot call: one plain function
// for each use of them.

#include <histedit.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

typedef unsigned char (*cedit_function)(EditLine *, int);
typedef int (*cedit_reader)(EditLine *, wchar_t *);

static inline EditLine *cedit_open(const char *program, void *context, char *(*prompt)(EditLine *)) {
  setlocale(LC_CTYPE, "");
  EditLine *editor = el_init(program, stdin, stdout, stderr);
  if (!editor) return NULL;
  el_set(editor, EL_CLIENTDATA, context);
  el_set(editor, EL_PROMPT_ESC, prompt, '\1');
  el_set(editor, EL_EDITOR, "emacs");
  // Ctrl-C is an ordinary key while a line is edited: no signal can cut a redraw in two.
  el_set(editor, EL_SETTY, "-d", "-isig", NULL);
  return editor;
}

static inline void *cedit_context(EditLine *editor) {
  void *context = NULL;
  el_get(editor, EL_CLIENTDATA, &context);
  return context;
}

static inline void cedit_bind(EditLine *editor, const char *key, const char *name,
                              const char *help, cedit_function function) {
  el_set(editor, EL_ADDFN, name, help, function);
  el_set(editor, EL_BIND, key, name, NULL);
}

static inline void cedit_bind_builtin(EditLine *editor, const char *key, const char *name) {
  el_set(editor, EL_BIND, key, name, NULL);
}

static inline void cedit_read_with(EditLine *editor, cedit_reader reader) {
  el_set(editor, EL_GETCFN, reader);
}

// Reads a character from the terminal, as libedit does by itself: 1, or else 0 at the end and -1 where
// reading fails. Bytes that are no character are passed over.
static inline int cedit_read(wchar_t *character) {
  char bytes[MB_LEN_MAX];
  for (size_t count = 0;;) {
    ssize_t got = read(STDIN_FILENO, bytes + count, 1);
    if (got != 1) return (int)got;
    mbstate_t state;
    memset(&state, 0, sizeof state);
    size_t length = mbrtowc(character, bytes, ++count, &state);
    if (length == (size_t)-1 || count == sizeof bytes) count = 0;
    else if (length != (size_t)-2) return 1;
  }
}

// Has the terminal edit lines by itself (0), or leave that to libedit (1).
static inline void cedit_prepare(EditLine *editor, int edits) {
  el_set(editor, EL_PREP_TERM, edits);
}

static inline void cedit_refresh(EditLine *editor) { el_set(editor, EL_REFRESH); }

static inline void cedit_use_history(EditLine *editor, History *entries, int limit) {
  HistEvent event;
  history(entries, &event, H_SETSIZE, limit);
  history(entries, &event, H_SETUNIQUE, 1);
  el_set(editor, EL_HIST, history, entries);
}

static inline int cedit_history_load(History *entries, const char *path) {
  HistEvent event;
  return history(entries, &event, H_LOAD, path);
}

static inline int cedit_history_save(History *entries, const char *path) {
  HistEvent event;
  return history(entries, &event, H_SAVE, path);
}

static inline int cedit_history_add(History *entries, const char *line) {
  HistEvent event;
  return history(entries, &event, H_ENTER, line);
}

// The columns and rows of the terminal behind a file descriptor, 0 where there is none.
static inline struct winsize cedit_window(int descriptor) {
  struct winsize size = {0};
  ioctl(descriptor, TIOCGWINSZ, &size);
  return size;
}
