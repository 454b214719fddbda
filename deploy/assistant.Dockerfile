# The assistant (Rasa) and the action server share this image; compose chooses the command.
FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONPATH=/app RASA_TELEMETRY_ENABLED=false OMP_NUM_THREADS=1 MALLOC_ARENA_MAX=2 \
    TF_CPP_MIN_LOG_LEVEL=3 SQLALCHEMY_SILENCE_UBER_WARNING=1 HOME=/tmp
WORKDIR /app
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
COPY requirements/assistant.txt requirements/assistant.txt
# The pins stand as they are: Rasa's own bounds on them are too narrow for Python 3.11.
RUN pip install --no-cache-dir --no-deps --require-hashes --ignore-requires-python -r requirements/assistant.txt
COPY config.yml domain.yml endpoints.yml credentials.yml ./
COPY deploy/endpoints.yml deploy/endpoints.yml
COPY bot/ bot/
COPY actions/ actions/
COPY data/ data/
RUN python -m bot.cli.train
RUN useradd --system --uid 10001 bangban
USER bangban
CMD ["python", "-m", "bot.nlu.lean", "run", "--model", "models", "--endpoints", "deploy/endpoints.yml", \
     "--credentials", "credentials.yml", "--interface", "0.0.0.0", "--port", "5005"]
