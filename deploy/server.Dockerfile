# The server: no Rasa, no TensorFlow. Built from the project's root.
FROM node:22-bookworm-slim AS web
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run --silent build

FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONPATH=/app OMP_NUM_THREADS=1 MALLOC_ARENA_MAX=2
WORKDIR /app
COPY requirements/server.txt requirements/server.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/server.txt
COPY bot/ bot/
COPY data/measures/ data/measures/
COPY data/nlu/ data/nlu/
COPY deploy/wechat-menu.yml deploy/wechat-menu.yml
COPY --from=web /build/web/dist web/dist
RUN useradd --system --uid 10001 bangban && mkdir -p models/cache && chown -R bangban models
USER bangban
EXPOSE 8000
CMD ["python", "-m", "bot.server"]
