import './withoutEval.ts';
import '@fontsource-variable/inter/index.css';
import './styles/base.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { takeComponentStyles } from './componentStyles.ts';
import NoLab from './NoLab.vue';
import { connectionKey } from './connection.ts';
import { connect } from './lab.ts';
import { createLabRouter } from './router.ts';

takeComponentStyles();
// Charts draw text on a canvas, which does not wait for a font by itself.
await document.fonts.load("13px 'Inter Variable'");
const connection = await connect();
if (connection) {
  createApp(App).provide(connectionKey, connection).use(createPinia()).use(createLabRouter()).mount('#app');
} else {
  createApp(NoLab).mount('#app');
}
