"""Runs a command on a terminal of its own, as a person does who pastes a program and types a secret.

usage: paste.py SECRET_FILE PASTED_FILE COMMAND...
Pastes the text of PASTED_FILE, if it is not empty. Types the secret of SECRET_FILE once it is asked for. Ends a
shell when its prompt is there again. Prints what the terminal has shown since the question.
"""

import os
import pty
import select
import sys

prompt = b'READY> '
questions = (b'client secret:', b'password for user')


def main(secret, pasted, command):
    child, terminal = pty.fork()
    if child == 0:
        os.environ['PS1'] = prompt.decode()
        os.execvp(command[0], command)
    if pasted:
        os.write(terminal, (pasted + '\n').encode())
    before, after = b'', None
    while True:
        read = read_from(terminal)
        if not read:
            break
        if after is None:
            before += read
            last_line = before.lower().rsplit(b'\n', 1)[-1]
            if any(question in last_line for question in questions) and last_line.rstrip().endswith(b':'):
                os.write(terminal, (secret + '\n').encode())
                after = b''
            continue
        after += read
        if prompt in after:
            os.write(terminal, b'exit\n')
    os.close(terminal)
    os.waitpid(child, 0)
    if after is None:
        sys.exit('The secret was not asked for: ' + before.decode(errors='replace'))
    print(after.decode(errors='replace').replace('\r\n', '\n'))


def read_from(terminal):
    ready, _, _ = select.select([terminal], [], [], 60)
    try:
        return os.read(terminal, 65536) if ready else b''
    except OSError:
        return b''


main(open(sys.argv[1]).read(), open(sys.argv[2]).read(), sys.argv[3:])
