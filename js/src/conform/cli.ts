export async function conform(): Promise<void> {}
