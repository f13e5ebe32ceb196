/** Questions one after the other, with a way back, as the editor's own commands ask them. */
import { QuickInputButtons, window, type QuickInputButton, type QuickPick, type QuickPickItem } from "vscode";

/** The user wants the question before. */
export const BACK = Symbol("back");

export interface Question<T extends QuickPickItem> {
  readonly title: string;
  readonly placeholder: string;
  readonly items: readonly T[] | Promise<readonly T[]>;
  /** The one that Enter takes. */
  readonly active?: ((item: T) => boolean) | undefined;
  readonly canGoBack?: boolean;
  /** Makes an item of what is typed, where that is an answer, too. */
  readonly typed?: (value: string) => T | undefined;
  readonly buttons?: readonly (QuickInputButton & { readonly press: () => void })[];
}

/** Answers with the chosen item; `BACK`; undefined when the user gave up. Rejects where the items cannot be had. */
export function ask<T extends QuickPickItem>(question: Question<T>): Promise<T | typeof BACK | undefined> {
  const pick = window.createQuickPick<T>();
  pick.title = question.title;
  pick.placeholder = question.placeholder;
  pick.matchOnDescription = true;
  pick.ignoreFocusOut = false;
  pick.buttons = [...(question.canGoBack === true ? [QuickInputButtons.Back] : []), ...(question.buttons ?? [])];
  return new Promise<T | typeof BACK | undefined>((resolve, reject) => {
    let known: readonly T[] = [];
    const show = (): void => showItems(pick, known, question);
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      if (chosen === undefined) return;
      resolve(chosen);
      pick.hide();
    });
    pick.onDidTriggerButton((button) => {
      if (button === QuickInputButtons.Back) {
        resolve(BACK);
        pick.hide();
        return;
      }
      question.buttons?.find((each) => each === button)?.press();
    });
    if (question.typed !== undefined) pick.onDidChangeValue(show);
    pick.onDidHide(() => resolve(undefined));
    pick.busy = true;
    pick.show();
    Promise.resolve(question.items).then(
      (items) => {
        known = items;
        pick.busy = false;
        show();
        const active = question.active === undefined ? undefined : items.find(question.active);
        if (active !== undefined) pick.activeItems = [active];
      },
      (error: unknown) => {
        reject(error);
        pick.hide();
      },
    );
  }).finally(() => pick.dispose());
}

function showItems<T extends QuickPickItem>(pick: QuickPick<T>, known: readonly T[], { typed }: Question<T>): void {
  const value = pick.value.trim();
  const more = typed === undefined || value === "" || known.some(({ label }) => label === value) ? undefined : typed(value);
  pick.items = more === undefined ? known : [...known, more];
}
