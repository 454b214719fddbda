import 'element-plus/theme-chalk/base.css';
import 'element-plus/theme-chalk/el-badge.css';
import 'element-plus/theme-chalk/el-message.css';
import './styles/tokens.css';
import './styles/base.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import { api } from './api/instance';
import App from './App.vue';
import { restoreLocale } from './locales';
import { createConsoleRouter } from './router';
import { useSession } from './stores/session';

const app = createApp(App).use(createPinia());
const session = useSession();
api.onUnauthenticated = () => session.leave(true);
await restoreLocale();
app.use(createConsoleRouter()).mount('#app');
