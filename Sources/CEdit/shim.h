#pragma once

// libedit sets its options through variadic functions, which Swift cannot call: one plain function
// for each use of them.

#include <histedit.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef unsigned char (*cedit_function)(EditLine *, int);

static inline EditLine *cedit_open(const char *program, void *context, char *(*prompt)(EditLine *)) {
  setlocale(LC_CTYPE, "");
  EditLine *editor = el_init(program, stdin, stdout, stderr);
  if (!editor) return NULL;
  el_set(editor, EL_CLIENTDATA, context);
  el_set(editor, EL_PROMPT_ESC, prompt, '\1');
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_SIGNAL, 1);
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
