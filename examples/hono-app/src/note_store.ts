// SPDX-License-Identifier: Apache-2.0
// The notes in KV. A key is the note's id; its metadata is what lists show, so a page of them is one call.
import type { Note, NoteInput } from "./note";

export interface Summary {
  id: string;
  title: string;
  tags: string[];
}

export interface Page {
  notes: Summary[];
  cursor?: string;
}

// The last time that a Date can hold. Counting down from it, the youngest note has the smallest id: KV lists by name.
const kEndOfTime = 8.64e15;

export class NoteStore {
  constructor(private readonly kv: KVNamespace) {}

  async list(limit: number, cursor?: string): Promise<Page> {
    const page = await this.kv.list<Omit<Summary, "id">>({ limit, cursor });
    const notes = page.keys.map(({ name, metadata }) =>
      ({ id: name, title: metadata?.title ?? "", tags: metadata?.tags ?? [] }));
    return page.list_complete ? { notes } : { notes, cursor: page.cursor };
  }

  get(id: string): Promise<Note | null> {
    return this.kv.get<Note>(id, "json");
  }

  async create(input: NoteInput): Promise<[id: string, note: Note]> {
    const now = Date.now();
    const id = `${(kEndOfTime - now).toString(36).padStart(11, "0")}-${crypto.randomUUID().slice(0, 8)}`;
    const time = new Date(now).toISOString();
    const note = { ...input, createdAt: time, updatedAt: time };
    await this.put(id, note);
    return [id, note];
  }

  // Null when there is no such note.
  async replace(id: string, input: NoteInput): Promise<Note | null> {
    const before = await this.get(id);
    if (before === null) return null;
    const note = { ...input, createdAt: before.createdAt, updatedAt: new Date().toISOString() };
    await this.put(id, note);
    return note;
  }

  async delete(id: string): Promise<boolean> {
    if (await this.get(id) === null) return false;
    await this.kv.delete(id);
    return true;
  }

  private put(id: string, note: Note): Promise<void> {
    return this.kv.put(id, JSON.stringify(note), { metadata: { title: note.title, tags: note.tags } });
  }
}
