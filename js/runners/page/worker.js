import { observed } from '../../build/suite/index.js';
import { findingsHere } from './here.js';

const entry = await observed(() => import('../../dist/web.js'));
postMessage(await findingsHere(entry, (name) => import(`../../dist/hosts/${name}.js`)));
